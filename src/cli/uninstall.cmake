# SPDX-License-Identifier: MIT
#
# Removes what `cmake --install` has put down from this build, and the folders that it made if nothing else
# is in them; record_install.cmake has written where.
#
#   cmake -DRECORDS=BUILD/installed [-DONLY=PLACE] -P uninstall.cmake

cmake_policy(VERSION 3.25)

function(remove_place record)
  file(STRINGS "${record}" place REGEX "^place ")
  file(STRINGS "${record}" files REGEX "^file ")
  file(STRINGS "${record}" folders REGEX "^folder ")
  list(TRANSFORM place REPLACE "^place " "")
  list(TRANSFORM files REPLACE "^file " "")
  list(TRANSFORM folders REPLACE "^folder " "")
  if(DEFINED ONLY AND NOT place STREQUAL ONLY)
    return()
  endif()
  set(removed 0)
  foreach(file IN LISTS files)
    if(EXISTS "${file}" OR IS_SYMLINK "${file}")
      file(REMOVE "${file}") # an error of CMake, which ends this, if it may not
      math(EXPR removed "${removed} + 1")
    endif()
  endforeach()
  list(SORT folders ORDER DESCENDING) # what is inside comes first
  foreach(folder IN LISTS folders)
    file(GLOB inside LIST_DIRECTORIES true "${folder}/*" "${folder}/.*")
    list(FILTER inside EXCLUDE REGEX "/\\.\\.?$")
    if(IS_DIRECTORY "${folder}" AND inside STREQUAL "")
      file(REMOVE_RECURSE "${folder}")
    endif()
  endforeach()
  file(REMOVE "${record}")
  if(removed GREATER 0)
    message(STATUS "Removed ${removed} files of leon3emu from ${place}")
    set(anything TRUE PARENT_SCOPE)
  endif()
endfunction()

set(anything FALSE)
file(GLOB records "${RECORDS}/*.txt")
foreach(record IN LISTS records)
  remove_place("${record}")
endforeach()
if(NOT anything)
  message(STATUS "Nothing is installed from this build")
endif()
