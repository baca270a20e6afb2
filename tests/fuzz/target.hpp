// What a fuzz target is: one parser of foreign bytes, with what must hold for every input. The same
// targets run under libFuzzer (scripts/fuzz) and, on their corpus and its mutations, in the tests.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vistter::fuzz {

// A property does not hold. libFuzzer sees it as a crash, a test as a failure.
class Broken : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};
inline void must(bool holds, const char* property) {
    if (!holds) throw Broken(property);
}

struct Target {
    std::string_view name;
    // Reads `input`; throws Broken, or anything else that is a bug.
    void (*run)(std::string_view input);
    // Good inputs made by the code itself: where mutation starts.
    std::vector<std::string> (*examples)();
};

// One list: targets.def, and targets_net.def where the room is built.
const std::vector<Target>& all_targets();
const Target* find_target(std::string_view name);

// Files below contract/samples that are good inputs of a target; relative folder, or empty.
std::string_view sample_folder(std::string_view target);

}  // namespace vistter::fuzz
