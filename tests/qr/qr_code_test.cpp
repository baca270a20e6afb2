// What is drawn is what a scanner reads: the terminal's and the page's drawing are the same
// modules, and zbar, an independent reader, reads them back.
#include "qr/qr_code.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <vector>

#include "kit/temporary_folder.hpp"

namespace vistter::qr {
namespace {

using Modules = std::vector<std::vector<bool>>;

Modules modules_of_terminal(const std::string& drawing) {
    Modules rows;
    for (std::size_t at = 0; at < drawing.size();) {
        const std::size_t end = drawing.find('\n', at);
        std::string line = drawing.substr(at, end - at);
        at = end + 1;
        line = line.substr(line.find('m') + 1);
        line.resize(line.find('\x1b'));
        std::vector<bool> upper, lower;
        for (std::size_t n = 0; n < line.size();) {
            const std::string symbol = line.substr(n, line[n] == ' ' ? 1 : 3);
            n += symbol.size();
            upper.push_back(symbol == "\u2588" || symbol == "\u2580");
            lower.push_back(symbol == "\u2588" || symbol == "\u2584");
        }
        rows.push_back(upper);
        rows.push_back(lower);
    }
    return rows;
}

// Reads a picture of the modules, eight pixels each, with zbarimg.
std::string scanned(const Modules& modules, const std::filesystem::path& file) {
    constexpr int scale = 8;
    const int columns = static_cast<int>(modules.front().size()),
              rows = static_cast<int>(modules.size());
    std::ofstream picture(file);
    picture << "P1\n" << columns * scale << ' ' << rows * scale << '\n';
    for (int y = 0; y < rows * scale; ++y)
        for (int x = 0; x < columns * scale; ++x)
            picture << (modules[static_cast<std::size_t>(y / scale)]
                               [static_cast<std::size_t>(x / scale)]
                            ? "1\n"
                            : "0\n");
    picture.close();
    const std::string command = "zbarimg --quiet --raw --nodbus '" + file.string() + "'";
    std::unique_ptr<FILE, int (*)(FILE*)> reader(::popen(command.c_str(), "r"), &::pclose);
    std::array<char, 4'096> text{};
    const std::size_t size = std::fread(text.data(), 1, text.size(), reader.get());
    return {text.data(), size};
}

constexpr const char* text =
    R"({"token":"7ZK3M-2QHV9-R4T8B-0WXYA-C5D6E-F1GJN-P","studio_url":"https://studio.example:8443"})";

TEST(QrCodeTest, AScannerReadsTheTerminalsDrawing) {
    const kit::TemporaryFolder folder;
    const auto drawing = to_terminal(text);
    ASSERT_TRUE(drawing);
    EXPECT_EQ(scanned(modules_of_terminal(*drawing), folder / "qr.pbm"), std::string(text) + "\n");
}

TEST(QrCodeTest, ThePageShowsTheSameModules) {
    const Modules modules = modules_of_terminal(to_terminal(text).value());
    const std::string svg = to_svg(text).value();
    std::size_t black = 0, drawn = 0;
    for (const auto& row : modules)
        for (const bool module : row) black += module ? 1 : 0;
    const std::size_t path = svg.find("<path d=");
    for (std::size_t at = svg.find("v1h-", path); at != std::string::npos;
         at = svg.find("v1h-", at + 1)) {
        drawn += std::stoul(svg.substr(at + 4));
    }
    EXPECT_EQ(drawn, black);
    EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "));
}

TEST(QrCodeTest, WhatDoesNotFitIsRefused) {
    EXPECT_TRUE(to_svg(std::string(2'331, 'x')).ok());
    EXPECT_EQ(to_svg(std::string(2'332, 'x')).error().code, ErrorCode::VAL_TOO_BIG);
}

}  // namespace
}  // namespace vistter::qr
