# One target carries every compiler setting the project asks for.
add_library(vistter_options INTERFACE)
target_compile_features(vistter_options INTERFACE cxx_std_20)
# OCL numbers must be the same bits everywhere: no fused multiply-add (contract C.6).
target_compile_options(vistter_options INTERFACE -Wall -Wextra -Wpedantic -Werror -ffp-contract=off
  -fstack-protector-strong)
# GCC 12 reports false maybe-uninitialized inside std::variant and coroutine frames.
target_compile_options(vistter_options INTERFACE -Wno-maybe-uninitialized)
target_include_directories(vistter_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG -D_FORTIFY_SOURCE=2")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g1")
if(VISTTER_SANITIZE)
  target_compile_options(vistter_options INTERFACE -fsanitize=${VISTTER_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(vistter_options INTERFACE -fsanitize=${VISTTER_SANITIZE})
endif()
find_program(VISTTER_LLD ld.lld)
if(VISTTER_LLD)
  target_link_options(vistter_options INTERFACE -fuse-ld=lld)
endif()
find_program(VISTTER_CCACHE ccache)
if(VISTTER_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${VISTTER_CCACHE})
endif()
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
