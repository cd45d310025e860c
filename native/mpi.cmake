# Finds every MPI of this machine by its compiler wrapper, and builds math4ai_mpi_NAME with each. FindMPI finds one.
# Sets MATH4AI_MPIS, the names, and MATH4AI_MPIRUN_NAME, what starts a job of each.

set(MATH4AI_MPIS)

function(math4ai_add_mpi name wrapper run)
  execute_process(COMMAND ${wrapper} -show OUTPUT_VARIABLE line RESULT_VARIABLE failed ERROR_QUIET)
  if(failed)
    return()
  endif()
  separate_arguments(words UNIX_COMMAND "${line}")
  set(includes)
  set(links)
  foreach(word ${words})
    if(word MATCHES "^-I(.+)")
      list(APPEND includes ${CMAKE_MATCH_1})
    elseif(word MATCHES "^-(L|l|Wl,)" AND NOT word MATCHES "^-l(mpi_cxx|mpichcxx|mpicxx)$")
      list(APPEND links ${word})
    endif()
  endforeach()
  add_library(math4ai_mpi_${name} SHARED
    native/src/mpi/ordered_sum.cpp
    native/src/mpi/processes.cpp
    native/src/mpi/shared_memory.cpp
    native/src/mpi/waiting.cpp)
  target_include_directories(math4ai_mpi_${name} PUBLIC native/include)
  target_include_directories(math4ai_mpi_${name} SYSTEM PRIVATE ${includes})
  # MPI's C++ binding, long withdrawn, is neither wanted nor linked.
  target_compile_definitions(math4ai_mpi_${name} PRIVATE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
  target_link_libraries(math4ai_mpi_${name} PRIVATE ${links} Threads::Threads)
  set(MATH4AI_MPIS ${MATH4AI_MPIS} ${name} PARENT_SCOPE)
  set(MATH4AI_MPIRUN_${name} ${run} PARENT_SCOPE)
endfunction()

foreach(name openmpi mpich)
  find_program(MATH4AI_MPICC_${name} mpicc.${name})
  find_program(MATH4AI_RUN_${name} mpirun.${name})
  if(MATH4AI_MPICC_${name} AND MATH4AI_RUN_${name})
    math4ai_add_mpi(${name} ${MATH4AI_MPICC_${name}} ${MATH4AI_RUN_${name}})
  endif()
endforeach()

# Elsewhere than on Debian there is one, under the plain name.
if(NOT MATH4AI_MPIS)
  find_program(MATH4AI_MPICC mpicc)
  find_program(MATH4AI_RUN mpirun)
  if(MATH4AI_MPICC AND MATH4AI_RUN)
    execute_process(COMMAND ${MATH4AI_RUN} --version OUTPUT_VARIABLE version ERROR_QUIET)
    if(version MATCHES "Open MPI|OpenRTE")
      math4ai_add_mpi(openmpi ${MATH4AI_MPICC} ${MATH4AI_RUN})
    else()
      math4ai_add_mpi(mpich ${MATH4AI_MPICC} ${MATH4AI_RUN})
    endif()
  endif()
endif()
