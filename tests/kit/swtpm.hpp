// A TPM of this test process's own: swtpm in a throw-away folder, found by OpenSSL's tpm2 provider.
#pragma once

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>

#include "kit/temporary_folder.hpp"

namespace vistter::kit {

class SoftwareTpm {
  public:
    // Null where swtpm is not installed. One a process, for a machine has one: it must come before
    // the first use of crypto/tpm.hpp and ends with the process.
    static SoftwareTpm* of_this_process() {
        static const std::unique_ptr<SoftwareTpm> only = [] {
            auto tpm = std::unique_ptr<SoftwareTpm>(new SoftwareTpm);
            return tpm->open() ? std::move(tpm) : nullptr;
        }();
        return only.get();
    }
    ~SoftwareTpm() {
        if (pid_ > 0) ::kill(pid_, SIGKILL);
    }
    SoftwareTpm(const SoftwareTpm&) = delete;
    SoftwareTpm& operator=(const SoftwareTpm&) = delete;

  private:
    SoftwareTpm() = default;

    // --daemon: the command returns when the sockets are there.
    bool open() {
        const std::string at = folder_.path().string();
        const std::string command =
            "command -v swtpm >/dev/null && swtpm socket --tpm2 --daemon --tpmstate dir=" + at +
            " --server type=unixio,path=" + at + "/tpm --ctrl type=unixio,path=" + at +
            "/tpm.ctrl --flags not-need-init,startup-clear --pid file=" + at +
            "/pid --log file=" + at + "/log";
        if (std::system(command.c_str()) != 0) return false;
        std::ifstream(at + "/pid") >> pid_;
        ::setenv("TPM2OPENSSL_TCTI", ("swtpm:path=" + at + "/tpm").c_str(), 1);
        return pid_ > 0;
    }

    TemporaryFolder folder_;
    pid_t pid_ = 0;
};

}  // namespace vistter::kit
