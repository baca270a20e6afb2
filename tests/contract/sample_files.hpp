// The files of contract/samples as the tests see them.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace vistter::contract::test {

struct Expectation {
    std::string code, pointer, reason;
    std::string reader;  // "accepts": only a closed writer refuses it
};

struct Sample {
    std::string path;    // below contract/samples
    std::string family;  // protocol, ocl, segment
    std::string type;    // folder name
    bool valid = false;
    std::string text;
    Expectation expect;  // invalid only
};

// Every sample, sorted by path. Throws if a file or an .expect cannot be read.
const std::vector<Sample>& all_samples();
std::string read_text(const std::string& path);
// All files below contract/<folder> that end in `ending`, sorted.
std::vector<std::string> contract_files(const std::string& folder, const std::string& ending);

}  // namespace vistter::contract::test
