# SPDX-License-Identifier: MIT
#
# Removes what `cmake --install` has put down last, by its manifest.  Folders stay: others may use them.

if(NOT EXISTS ${MANIFEST})
  message(FATAL_ERROR "${MANIFEST} is not there: nothing was installed from this build")
endif()
file(STRINGS ${MANIFEST} files)
foreach(file IN LISTS files)
  if(EXISTS "$ENV{DESTDIR}${file}" OR IS_SYMLINK "$ENV{DESTDIR}${file}")
    file(REMOVE "$ENV{DESTDIR}${file}")
    message(STATUS "Removed $ENV{DESTDIR}${file}")
  endif()
endforeach()
