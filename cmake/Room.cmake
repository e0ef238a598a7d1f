# room(NAME USES rooms... SOURCES ... TESTS ... LIBRARIES ...)
#
# One room of the house: src/NAME is one static library `proviso_NAME`, one namespace
# proviso::NAME. A room may include only the rooms named in USES (and what those name,
# directly, in their own row). The configure step reads every #include and refuses an
# edge that is not declared, so that the map in ARCHITECTURE.md stays true.
#
# TESTS are compiled into one test binary NAME_test. LIBRARIES are third-party targets.
function(room name)
  cmake_parse_arguments(ROOM "" "" "USES;SOURCES;TESTS;LIBRARIES" ${ARGN})
  _room_check_includes(${name} "${ROOM_USES}" ${ROOM_SOURCES} ${ROOM_TESTS})

  add_library(proviso_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(proviso_${name} PUBLIC "${CMAKE_SOURCE_DIR}/src")
  foreach(used IN LISTS ROOM_USES)
    if(NOT TARGET proviso_${used})
      message(FATAL_ERROR "room ${name} uses ${used}, which does not come before it in src/CMakeLists.txt")
    endif()
    target_link_libraries(proviso_${name} PUBLIC proviso_${used})
  endforeach()
  target_link_libraries(proviso_${name} PUBLIC ${ROOM_LIBRARIES} PRIVATE proviso_flags)
  _room_tidy(proviso_${name})

  if(PROVISO_TESTS AND ROOM_TESTS)
    add_executable(${name}_test ${ROOM_TESTS})
    target_link_libraries(${name}_test PRIVATE proviso_${name} proviso_flags GTest::gmock GTest::gtest_main)
    target_compile_definitions(${name}_test PRIVATE PROVISO_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    gtest_discover_tests(${name}_test DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
                         PROPERTIES LABELS ${name} TIMEOUT 300)
  endif()
endfunction()

function(_room_tidy target)
  if(PROVISO_CLANG_TIDY)
    set_target_properties(${target} PROPERTIES CXX_CLANG_TIDY "${PROVISO_CLANG_TIDY};--quiet")
  endif()
endfunction()

# Reads the #include "room/..." lines of every file in src/NAME, listed or not.
function(_room_check_includes name uses)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS
       "${CMAKE_SOURCE_DIR}/src/${name}/*.h" "${CMAKE_SOURCE_DIR}/src/${name}/*.cc")
  foreach(path IN LISTS files)
    file(STRINGS "${path}" includes REGEX "^#include \"[a-z_]+/")
    foreach(line IN LISTS includes)
      string(REGEX REPLACE "^#include \"([a-z_]+)/.*" "\\1" other "${line}")
      if(NOT other STREQUAL name AND NOT other IN_LIST uses)
        message(FATAL_ERROR "${path}: ${line}\n"
          "  room '${name}' may use only: ${uses}. If the map should change, change src/CMakeLists.txt "
          "and ARCHITECTURE.md in one commit that says why.")
      endif()
      if(NOT other STREQUAL name AND line MATCHES "/internal/")
        message(FATAL_ERROR "${path}: ${line}\n  '${other}/internal' is private to its room.")
      endif()
    endforeach()
  endforeach()
endfunction()
