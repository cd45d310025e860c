// The rest of a file as libsndfile sees a file: for samples without a header behind something else.
#pragma once

#include <sndfile.h>

#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

namespace m4 {

class tail_of_file {
public:
    tail_of_file(int file, off_t first) : descriptor(file), start(first) {}

    static SF_VIRTUAL_IO* calls() {
        static SF_VIRTUAL_IO all = [] {
            SF_VIRTUAL_IO io{};
            io.get_filelen = [](void* self) { return static_cast<tail_of_file*>(self)->length(); };
            io.seek = [](sf_count_t offset, int whence, void* self) {
                return static_cast<tail_of_file*>(self)->seek(offset, whence);
            };
            io.read = [](void* bytes, sf_count_t count, void* self) {
                return static_cast<tail_of_file*>(self)->read(bytes, count);
            };
            io.write = [](const void*, sf_count_t, void*) { return sf_count_t{0}; };
            io.tell = [](void* self) { return static_cast<tail_of_file*>(self)->position; };
            return io;
        }();
        return &all;
    }

private:
    sf_count_t length() const {
        struct stat status {};
        return fstat(descriptor, &status) == 0 && status.st_size > start ? status.st_size - start : 0;
    }

    sf_count_t seek(sf_count_t offset, int whence) {
        const sf_count_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position : length();
        position = from + offset < 0 ? position : from + offset;
        return position;
    }

    sf_count_t read(void* bytes, sf_count_t count) {
        const ssize_t came = pread(descriptor, bytes, static_cast<std::size_t>(count), start + position);
        position += came > 0 ? came : 0;
        return came > 0 ? came : 0;
    }

    int descriptor;
    off_t start;
    sf_count_t position = 0;
};

} // namespace m4
