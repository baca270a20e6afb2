// Reads contract/samples.
#include "contract/sample_files.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace vistter::contract::test {

namespace fs = std::filesystem;

namespace {

Expectation read_expectation(const std::string& path) {
    const auto value = boost::json::parse(read_text(path)).as_object();
    const auto text = [&value](const char* key) {
        const auto* member = value.if_contains(key);
        return member ? std::string(member->as_string()) : std::string();
    };
    for (const char* key : {"code", "pointer", "reason"}) {
        if (!value.contains(key)) throw std::runtime_error(path + " has no " + key);
    }
    return {text("code"), text("pointer"), text("reason"), text("reader")};
}

std::vector<Sample> read_samples() {
    std::vector<Sample> samples;
    const fs::path root = fs::path(VISTTER_SOURCE_DIR) / "contract" / "samples";
    for (const std::string& file : contract_files("samples", ".json")) {
        const fs::path relative = fs::relative(file, root);
        auto part = relative.begin();
        Sample sample;
        sample.path = relative.string();
        sample.family = (part++)->string();
        sample.type = (part++)->string();
        sample.valid = part->string() == "valid";
        sample.text = read_text(file);
        if (!sample.valid) sample.expect = read_expectation(file + ".expect");
        samples.push_back(std::move(sample));
    }
    return samples;
}

}  // namespace

std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot read " + path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> contract_files(const std::string& folder, const std::string& ending) {
    std::vector<std::string> files;
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(VISTTER_SOURCE_DIR) / "contract" / folder)) {
        if (entry.is_regular_file() && entry.path().string().ends_with(ending))
            files.push_back(entry.path().string());
    }
    std::sort(files.begin(), files.end());
    return files;
}

const std::vector<Sample>& all_samples() {
    static const std::vector<Sample> samples = read_samples();
    return samples;
}

}  // namespace vistter::contract::test
