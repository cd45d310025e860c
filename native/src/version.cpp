#include "math4ai.h"

int32_t m4_abi_version(void) {
    return M4_ABI_VERSION;
}
