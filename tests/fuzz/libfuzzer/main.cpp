// All targets under libFuzzer in one program: VISTTER_FUZZ_TARGET names the one that runs. With
// VISTTER_FUZZ_EXAMPLES=DIR it only writes that target's own examples there; VISTTER_FUZZ_LIST=1
// prints the targets and their folders of samples.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "fuzz/target.hpp"

namespace {

const vistter::fuzz::Target* chosen = nullptr;

void list_targets() {
    for (const auto& target : vistter::fuzz::all_targets()) {
        const std::string name(target.name);
        const std::string samples(vistter::fuzz::sample_folder(name));
        std::printf("%s %s\n", name.c_str(), samples.c_str());
    }
}

void write_examples(const std::string& folder) {
    int n = 0;
    for (const auto& example : chosen->examples()) {
        std::ofstream(folder + "/example-" + std::to_string(++n), std::ios::binary) << example;
    }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    if (std::getenv("VISTTER_FUZZ_LIST") != nullptr) {
        list_targets();
        std::exit(0);
    }
    const char* name = std::getenv("VISTTER_FUZZ_TARGET");
    chosen = vistter::fuzz::find_target(name == nullptr ? "" : name);
    if (chosen == nullptr) {
        std::fputs("VISTTER_FUZZ_TARGET must name a target (VISTTER_FUZZ_LIST=1)\n", stderr);
        std::exit(2);
    }
    if (const char* folder = std::getenv("VISTTER_FUZZ_EXAMPLES")) {
        write_examples(folder);
        std::exit(0);
    }
    // What is made once for the whole process (compiled schemas) is not the first input's time.
    chosen->run("{}");
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    chosen->run({reinterpret_cast<const char*>(data), size});
    return 0;
}
