// What judging and reading costs: each valid message sample through parse_envelope and parse_body,
// each document through validate_file, in microseconds of CPU time, beside the time a plain JSON
// parse of the same bytes takes.
#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "contract/messages.hpp"
#include "contract/validate.hpp"

namespace {

namespace fs = std::filesystem;
using namespace vistter;

// CPU time: other programs on the machine do not count.
double microseconds(int rounds, const std::function<void()>& work) {
    const std::clock_t start = std::clock();
    for (int i = 0; i < rounds; ++i) work();
    return static_cast<double>(std::clock() - start) * 1e6 / CLOCKS_PER_SEC / rounds;
}

void measure(const fs::path& file, const fs::path& root) {
    const auto text = read_file(file, 1 << 20);
    if (!text) return;
    constexpr int rounds = 500;
    const double floor = microseconds(rounds, [&] { (void)boost::json::parse(*text); });
    const bool message = contract::parse_envelope(*text).ok();
    const double ours =
        message ? microseconds(rounds,
                               [&] {
                                   const auto envelope = contract::parse_envelope(*text);
                                   if (envelope) (void)contract::parse_body(*envelope);
                               })
                : microseconds(rounds, [&] { (void)contract::validate_file(*text); });
    std::printf("%-60s %6zu bytes %9.1f us %6.1f x a plain parse\n",
                fs::relative(file, root).c_str(), text->size(), ours, ours / floor);
}

}  // namespace

int main(int argc, char** argv) {
    const fs::path root = argc > 1 ? argv[1] : VISTTER_SAMPLES_DIR;
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
        if (entry.path().extension() == ".json" &&
            entry.path().parent_path().filename() == "valid") {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) measure(file, root);
}
