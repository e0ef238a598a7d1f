# Every library comes from a Debian package; tools/packages.txt lists them.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(BROTLI REQUIRED IMPORTED_TARGET libbrotlidec)
pkg_check_modules(NGHTTP2 REQUIRED IMPORTED_TARGET libnghttp2)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
if(PROVISO_TESTS)
  pkg_check_modules(BROTLI_ENCODER REQUIRED IMPORTED_TARGET libbrotlienc)
  find_package(GTest REQUIRED)
  find_package(simdjson REQUIRED)
  include(GoogleTest)
endif()
if(PROVISO_BENCH)
  find_package(benchmark REQUIRED)
endif()

# Boost.Asio is header-only; it is a system include so that its warnings are not ours.
find_path(BOOST_ASIO_INCLUDE boost/asio.hpp REQUIRED)
add_library(asio INTERFACE)
target_include_directories(asio SYSTEM INTERFACE "${BOOST_ASIO_INCLUDE}")
target_compile_definitions(asio INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_ARRAY)
target_link_libraries(asio INTERFACE Threads::Threads)

# Debian ships llhttp as C sources inside node-llhttp.
set(LLHTTP_SOURCES /usr/share/llhttp/api.c /usr/share/llhttp/http.c /usr/share/llhttp/llhttp.c)
add_library(llhttp STATIC ${LLHTTP_SOURCES})
# Without this, llhttp 8 lets any byte stand for the line feed of a chunk's size line.
target_compile_definitions(llhttp PRIVATE LLHTTP_STRICT_MODE=1)
target_include_directories(llhttp SYSTEM PUBLIC /usr/share/include/llhttp)

# toml++ and CLI11 are header-only and slow to compile: include each in as few files as possible.
add_library(tomlplusplus INTERFACE)
target_compile_definitions(tomlplusplus INTERFACE TOML_EXCEPTIONS=0)
add_library(cli11 INTERFACE)
