// Reads files of a process in /proc and files of its root file system, which an enemy may have made.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace picket {

// What became of one file: read, same (as the stamp said), missing, irregular (a folder, device, fifo …) or failed.
struct FileRead {
    const char *state = "failed";
    // errno of what failed, else 0
    int error = 0;
    // changes whenever the file is replaced, written, or given to somebody else
    std::string stamp;
    std::string bytes;
    // the file is longer than what was read of it
    bool cut = false;
};

struct ProcessFiles {
    pid_t pid = 0;
    // names below /proc/PID
    std::vector<std::string> own;
    // paths below the root of the process
    std::vector<std::string> paths;
    // stamps of the same files as they were read before; empty ones for files that were not
    std::vector<std::string> stamps;
    size_t limit = 0;

    // errno: the process or its root could not be opened, and nothing was read; else 0
    int error = 0;
    uint64_t root_device = 0;
    uint64_t root_inode = 0;
    std::vector<FileRead> own_read;
    std::vector<FileRead> paths_read;
};

// Fills in the second half. May block for as long as the file systems of the process do.
void read_process_files(ProcessFiles &files);

} // namespace picket
