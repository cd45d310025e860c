# The helper of mathematics for Windows, and the ring, on which everything live stands. Sound files, pipes and devices
# are not built there yet. Compiled by MinGW-w64 on any system, and tested under Wine: the preset 'mingw'.
add_library(math4ai SHARED
  native/src/late_finalization.cpp
  native/src/mkl_dispatch.cpp
  native/src/variadic.cpp
  native/src/version.cpp)
target_include_directories(math4ai PUBLIC native/include)
target_link_options(math4ai PRIVATE -static)
set_target_properties(math4ai PROPERTIES PREFIX "")

add_library(math4ai_ring STATIC
  native/src/sound/ring.cpp
  native/src/sound/ring_wait.cpp
  native/src/sound/waiting_windows.cpp)
target_include_directories(math4ai_ring PUBLIC native/include)
target_compile_definitions(math4ai_ring PRIVATE _WIN32_WINNT=0x0A00)
target_link_libraries(math4ai_ring PUBLIC synchronization)

if(MATH4AI_TESTS)
  enable_testing()
  # Debian's package of GoogleTest has its sources.
  set(MATH4AI_GTEST_SOURCES /usr/src/googletest/googletest CACHE PATH "The sources of GoogleTest")
  add_executable(math4ai_tests
    ${MATH4AI_GTEST_SOURCES}/src/gtest-all.cc
    ${MATH4AI_GTEST_SOURCES}/src/gtest_main.cc
    tests/native/ring_test.cpp
    tests/native/variadic_test.cpp)
  target_include_directories(math4ai_tests SYSTEM PRIVATE ${MATH4AI_GTEST_SOURCES}/include ${MATH4AI_GTEST_SOURCES})
  set_source_files_properties(${MATH4AI_GTEST_SOURCES}/src/gtest-all.cc PROPERTIES COMPILE_OPTIONS "-w")
  target_compile_definitions(math4ai_tests PRIVATE _WIN32_WINNT=0x0A00)
  target_link_libraries(math4ai_tests PRIVATE math4ai math4ai_ring -static)
  foreach(suite Ring Variadic)
    add_test(NAME Windows.${suite} COMMAND math4ai_tests --gtest_filter=${suite}.*)
    set_tests_properties(Windows.${suite} PROPERTIES
      ENVIRONMENT "WINEDEBUG=-all;WINEPREFIX=${CMAKE_BINARY_DIR}/wine" RUN_SERIAL ON FIXTURES_REQUIRED wine)
  endforeach()
  # Wine's folder has a link to /, and what looks through the repository's folders would look through the whole system.
  add_test(NAME Windows.ends COMMAND ${CMAKE_COMMAND} -E rm -rf ${CMAKE_BINARY_DIR}/wine)
  set_tests_properties(Windows.ends PROPERTIES FIXTURES_CLEANUP wine)
endif()
