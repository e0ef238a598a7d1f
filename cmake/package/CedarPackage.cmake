# The Cedar engine as a library for others: one archive, its headers, and a CMake package.
#
#   cmake --preset cedar && cmake --build --preset cedar
#   cmake --install build/cedar --prefix P --component proviso-cedar
#
# gives P/include/proviso/{cedar,base}/*.h, P/lib/libproviso-cedar.a and P/lib/cmake/proviso-cedar, which
# find_package(proviso-cedar CONFIG) finds: link proviso::cedar. Nothing of how we compile goes along but
# the need for C++23, and nothing else has to be installed beside it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Code with sanitizers in it does not link into programs without them.
if(PROVISO_SANITIZE OR PROVISO_FUZZ)
  return()
endif()

# The version of the Cedar language; tests/cedar/package.json pins the reference engine to it.
set(PROVISO_CEDAR_LANGUAGE 4.5)
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/proviso-cedar")

add_library(proviso_cedar_package STATIC
  $<TARGET_OBJECTS:proviso_cedar> $<TARGET_OBJECTS:proviso_base_json>)
set_target_properties(proviso_cedar_package PROPERTIES
  OUTPUT_NAME proviso-cedar EXPORT_NAME cedar LINKER_LANGUAGE CXX)
target_compile_features(proviso_cedar_package INTERFACE cxx_std_23)
target_include_directories(proviso_cedar_package INTERFACE "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")

configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/proviso-cedar-config.cmake.in"
  "${CMAKE_CURRENT_BINARY_DIR}/proviso-cedar-config.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/proviso-cedar-config-version.cmake"
  COMPATIBILITY SameMinorVersion)

install(TARGETS proviso_cedar_package EXPORT proviso-cedar COMPONENT proviso-cedar
        ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(EXPORT proviso-cedar NAMESPACE proviso:: FILE proviso-cedar-targets.cmake
        DESTINATION "${package_dir}" COMPONENT proviso-cedar)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/proviso-cedar-config.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/proviso-cedar-config-version.cmake"
        DESTINATION "${package_dir}" COMPONENT proviso-cedar)
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/proviso-cedar" COMPONENT proviso-cedar)
# What is not a path of the installation goes into the script here; the rest it knows when it runs.
install(CODE "set(source_dir \"${CMAKE_SOURCE_DIR}/src\")
set(staging_dir \"${CMAKE_CURRENT_BINARY_DIR}/cedar-headers\")
set(include_dir \"${CMAKE_INSTALL_INCLUDEDIR}\")" COMPONENT proviso-cedar)
install(SCRIPT "${CMAKE_CURRENT_LIST_DIR}/install_cedar_headers.cmake" COMPONENT proviso-cedar)
