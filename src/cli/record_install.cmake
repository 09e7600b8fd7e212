# SPDX-License-Identifier: MIT
#
# Keeps what `cmake --install` puts down, for the target uninstall.  CMake's own install_manifest.txt will
# not do: CPack overwrites it with /usr/bin/leon3emu and the like, which are dpkg's files.
#
# Runs twice in each installation, with RECORD_STEP begin and end.  There is one record for each place, so
# that an installation elsewhere, as tests make them, does not forget this one:
#
#   ${RECORDS}/HASH.txt:  place PATH         where to: DESTDIR and the prefix
#                         folder PATH        a folder that was not there before
#                         file PATH

cmake_policy(VERSION 3.25)
set(place "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}")
string(MD5 hash "${place}")
set(record "${RECORDS}/${hash}.txt")

if(place MATCHES "/_CPack_Packages/")
  # A package is being made.
elseif(RECORD_STEP STREQUAL "begin")
  set(folders "")
  if(EXISTS "${record}") # The same place once more: its folders are there, and are ours.
    file(STRINGS "${record}" folders REGEX "^folder ")
  endif()
  foreach(folder IN LISTS FOLDERS)
    while(NOT folder STREQUAL "" AND NOT EXISTS "${place}/${folder}")
      list(APPEND folders "folder ${place}/${folder}")
      cmake_path(GET folder PARENT_PATH folder)
    endwhile()
  endforeach()
  if(NOT EXISTS "${place}")
    list(APPEND folders "folder ${place}")
  endif()
  list(REMOVE_DUPLICATES folders)
  set(recorded_folders "${folders}")
else()
  set(lines "place ${place}" ${recorded_folders})
  foreach(file IN LISTS CMAKE_INSTALL_MANIFEST_FILES)
    list(APPEND lines "file $ENV{DESTDIR}${file}")
  endforeach()
  list(JOIN lines "\n" lines)
  file(WRITE "${record}" "${lines}\n")
endif()
