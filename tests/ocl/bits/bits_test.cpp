// The same bits whoever compiled them (contract C.6): -O0, -O3 with this machine's instructions,
// and clang where it is installed, against the product's own room.
#include <gtest/gtest.h>

#include <cstdio>
#include <memory>
#include <sstream>
#include <string>

namespace vistter::ocl {
namespace {

std::string printed_by(const std::string& program) {
    const std::string command =
        std::string(VISTTER_BIN_DIR) + "/" + program + " " + VISTTER_SOURCE_DIR + "/contract";
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::string text;
    char block[4096];
    while (const std::size_t read = std::fread(block, 1, sizeof block, pipe.get()))
        text.append(block, read);
    return text;
}

// G3.3 to G3.6
TEST(Bits, DifferentlyCompiledCopiesPrintTheSame) {
    const std::string expected = printed_by("ocl_bits_product");
    ASSERT_NE(expected.find("easings "), std::string::npos) << expected;
    ASSERT_NE(expected.find("contract_golden_vector main 30000/1001 "), std::string::npos);
    std::istringstream names(VISTTER_OCL_BITS);
    int copies = 0;
    for (std::string name; names >> name; ++copies) EXPECT_EQ(printed_by(name), expected) << name;
    EXPECT_GE(copies, 3);
}

}  // namespace
}  // namespace vistter::ocl
