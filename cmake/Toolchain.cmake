# Compiler, warnings, sanitizers and ccache: the same for every target.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

option(PROVISO_TESTS "Build the tests" ON)
option(PROVISO_BENCH "Build the benchmarks" OFF)
option(PROVISO_FUZZ "Build the fuzz targets with libFuzzer (clang only)" OFF)
set(PROVISO_SANITIZE "" CACHE STRING "Sanitizers for -fsanitize=, comma separated; empty for none")
set(PROVISO_CLANG_TIDY "" CACHE STRING "Path of clang-tidy; empty to leave it out")

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13 AND NOT PROVISO_ONLY_CEDAR)
  message(FATAL_ERROR "GCC 12 destroys temporaries twice inside co_await expressions. "
                      "Use clang-19 (apt-get install clang-19) or GCC 13 and later.")
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()

find_program(LLD NAMES ld.lld-19 ld.lld)
if(LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_link_options(-fuse-ld=lld)
endif()

# Flags for our own code; third-party sources take only the first set.
add_library(proviso_flags INTERFACE)
target_compile_options(proviso_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wswitch-enum -Werror
  -fno-omit-frame-pointer -fstack-protector-strong)
# GCC 12 sees overlaps in std::string that are not there.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(proviso_flags INTERFACE -Wno-restrict)
endif()
if(PROVISO_SANITIZE)
  add_compile_options(-fsanitize=${PROVISO_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${PROVISO_SANITIZE})
endif()
if(PROVISO_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
