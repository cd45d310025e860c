static int disposed = 0;
static void* last = 0;

void test_dispose(void* object) {
    disposed++;
    last = object;
}

int test_disposed(void) {
    return disposed;
}

void* test_last(void) {
    return last;
}
