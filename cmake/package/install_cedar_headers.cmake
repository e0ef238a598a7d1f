# Installs the public headers of src/cedar, and of src/base those that they include, below
# include/proviso, with their includes as "proviso/cedar/…" and "proviso/base/…": `base/` and `cedar/`
# are names that other projects use too. Wants source_dir, staging_dir and include_dir.
cmake_policy(VERSION 3.25)
file(REMOVE_RECURSE "${staging_dir}")
file(GLOB pending RELATIVE "${source_dir}" "${source_dir}/cedar/*.h")
set(done "")
while(pending)
  list(POP_FRONT pending header)
  if(header IN_LIST done)
    continue()
  endif()
  list(APPEND done "${header}")
  file(READ "${source_dir}/${header}" text)
  # A bracket or semicolon is special to CMake's lists, so only the names are put into one.
  string(REGEX MATCHALL "\n#include \"[a-z0-9_/]+\\.h\"" includes "${text}")
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "\n#include \"(.*)\"" "\\1" name "${include}")
    list(APPEND pending "${name}")
  endforeach()
  string(REGEX REPLACE "\n#include \"(base|cedar)/" "\n#include \"proviso/\\1/" text "${text}")
  file(WRITE "${staging_dir}/proviso/${header}" "${text}")
endwhile()
file(INSTALL DESTINATION "${CMAKE_INSTALL_PREFIX}/${include_dir}" TYPE DIRECTORY
     FILES "${staging_dir}/proviso")
