// `vistter ocl compile`, `pack`, `verify` and `unpack` as a person or a script meets them: a scene
// becomes a document, a package, and a folder again, and other programs can read the package.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "base/file.hpp"
#include "cli/verb.hpp"
#include "crypto/keys.hpp"
#include "kit/temporary_folder.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::cli {
namespace {

constexpr std::int64_t deadline_ms = 30'000;

struct Outcome {
    int exit_code = -1;
    std::string output, errors;
};

class OclCompile : public ::testing::Test {
  protected:
    void SetUp() override {
        const auto key = crypto::PrivateKey::generate();
        write("key.pem", key.to_pem());
        write("public.pem", key.public_key().to_pem());
        write("other.pem", crypto::PrivateKey::generate().public_key().to_pem());
    }
    Outcome run(const std::vector<std::string>& arguments) {
        const std::string errors = at("errors");
        std::filesystem::remove(errors);
        auto child = sim::ChildProcess::start(
            {.argv = arguments, .log_file = errors, .extra_environment = {}});
        Outcome outcome;
        if (!child) return outcome;
        for (auto line = child->read_line(deadline_ms); line.ok();
             line = child->read_line(deadline_ms))
            outcome.output += *line + "\n";
        outcome.exit_code = child->wait(deadline_ms).value_or(-1);
        if (auto text = read_file(errors, 1 << 20)) outcome.errors = *text;
        return outcome;
    }
    Outcome ocl(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {std::string(VISTTER_BIN_DIR) + "/vistter", "ocl"});
        return run(arguments);
    }
    std::string at(const std::string& name) { return (folder_ / name).string(); }
    void write(const std::string& name, const std::string& text) {
        std::ofstream(at(name), std::ios::binary) << text;
    }
    std::string read(const std::string& name) {
        auto text = read_file(at(name), 1 << 24);
        EXPECT_TRUE(text.ok()) << name;
        return text.ok() ? *text : std::string();
    }
    static std::string sample(const std::string& name) {
        return std::string(VISTTER_SOURCE_DIR) + "/contract/samples/authoring/" + name;
    }

    kit::TemporaryFolder folder_;
};

// G3.1
TEST_F(OclCompile, a_scene_becomes_the_same_document_every_time) {
    for (const char* out : {"one.json", "two.json"}) {
        const Outcome made = ocl({"compile", sample("scene/valid/lower_third.json"), "--target",
                                  sample("target/valid/core_only.json"), "-o", at(out), "--report",
                                  at("report.json")});
        EXPECT_EQ(made.exit_code, exit_ok) << made.errors;
        EXPECT_NE(made.errors.find("wind_speed is declared nowhere"), std::string::npos);
    }
    EXPECT_EQ(read("one.json"), read("two.json"));
    const auto report = boost::json::parse(read("report.json"));
    EXPECT_EQ(report.at(0).at("severity").as_string(), "warning");
}

// G3.15, G3.16
TEST_F(OclCompile, what_the_target_cannot_play_is_told_and_nothing_is_written) {
    write("scene.json",
          R"({"authoring_version":"1.0","kind":"authoring.scene","overlay_id":"ovl_s","revision":1,
              "rate":{"num":25,"den":1},"scenes":[{"scene_id":"s","layers":[{"layer_id":"a",
              "kind":"solid","props":{"blur":3},"essential":true}]}]})");
    const Outcome refused =
        ocl({"compile", at("scene.json"), "--target", sample("target/valid/core_only.json"), "-o",
             at("out.json"), "--json"});
    EXPECT_EQ(refused.exit_code, exit_rejected);
    const auto answer = boost::json::parse(refused.output);
    EXPECT_FALSE(answer.at("ok").as_bool());
    EXPECT_EQ(answer.at("report").at(0).at("code").as_string(), "OCL_FEATURE_UNSUPPORTED");
    EXPECT_FALSE(std::filesystem::exists(at("out.json")));
    EXPECT_EQ(ocl({"compile", at("scene.json"), "--features", "effect.blur", "-o", at("out.json")})
                  .exit_code,
              exit_ok);
}

TEST_F(OclCompile, a_package_is_read_by_others_and_comes_apart_again) {
    ASSERT_EQ(
        ocl({"compile", sample("scene/valid/lower_third.json"), "-o", at("d.json")}).exit_code,
        exit_ok);
    const Outcome packed =
        ocl({"pack", at("d.json"), "--key", at("key.pem"), "-o", at("d.oclpkg")});
    ASSERT_EQ(packed.exit_code, exit_ok) << packed.errors;
    EXPECT_EQ(ocl({"verify", at("d.oclpkg"), "--key", at("public.pem")}).exit_code, exit_ok);
    EXPECT_NE(ocl({"verify", at("d.oclpkg"), "--key", at("other.pem")}).exit_code, exit_ok);
    ASSERT_EQ(ocl({"unpack", at("d.oclpkg"), "--key", at("public.pem"), "-o", at("out")}).exit_code,
              exit_ok);
    EXPECT_EQ(read("out/ocl.json"), read("d.json"));
    // A second time: the folder is there already.
    EXPECT_NE(ocl({"unpack", at("d.oclpkg"), "--key", at("public.pem"), "-o", at("out")}).exit_code,
              exit_ok);
    const Outcome stranger = run({"/usr/bin/python3", "-m", "zipfile", "-t", at("d.oclpkg")});
    EXPECT_EQ(stranger.exit_code, 0) << stranger.output << stranger.errors;
}

TEST_F(OclCompile, a_damaged_package_is_refused) {
    ASSERT_EQ(
        ocl({"compile", sample("scene/valid/lower_third.json"), "-o", at("d.json")}).exit_code,
        exit_ok);
    ASSERT_EQ(ocl({"pack", at("d.json"), "--key", at("key.pem"), "-o", at("d.oclpkg")}).exit_code,
              exit_ok);
    std::string bytes = read("d.oclpkg");
    bytes[bytes.size() / 2] ^= 1;
    write("bad.oclpkg", bytes);
    const Outcome refused =
        ocl({"unpack", at("bad.oclpkg"), "--key", at("public.pem"), "-o", at("out")});
    EXPECT_NE(refused.exit_code, exit_ok);
    EXPECT_FALSE(std::filesystem::exists(at("out")));
}

}  // namespace
}  // namespace vistter::cli
