# embed_files(OUTPUT VARIABLE DIRECTORY): writes a .cc that holds every file below DIRECTORY as
# `extern const std::span<const EmbeddedFile> VARIABLE` (daemon/embedded_file.h).
function(embed_files output variable directory)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE "${directory}" "${directory}/*")
  list(SORT files)
  set(text "#include \"daemon/embedded_file.h\"\n\nnamespace proviso::daemon {\nnamespace {\nconstexpr EmbeddedFile kFiles[] = {\n")
  foreach(file IN LISTS files)
    file(READ "${directory}/${file}" content)
    string(APPEND text "{\"${file}\", R\"EMBEDDED(${content})EMBEDDED\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${directory}/${file}")
  endforeach()
  string(APPEND text "};\n}  // namespace\nconst std::span<const EmbeddedFile> ${variable} = kFiles;\n}  // namespace proviso::daemon\n")
  file(CONFIGURE OUTPUT "${output}" CONTENT "@text@" @ONLY)
endfunction()
