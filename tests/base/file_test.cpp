#include "base/file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

namespace vistter {
namespace {

class FileTest : public ::testing::Test {
  protected:
    FileTest() {
        std::string shape =
            (std::filesystem::temp_directory_path() / "vistter-file-XXXXXX").string();
        folder_ = ::mkdtemp(shape.data());
    }
    ~FileTest() override { std::filesystem::remove_all(folder_); }
    std::filesystem::path folder_;
};

TEST_F(FileTest, ReplacesAWholeFileAndKeepsItPrivate) {
    auto path = folder_ / "secret";
    ASSERT_TRUE(write_file(path, "old", 0600).ok());
    ASSERT_TRUE(write_file(path, "new", 0600).ok());
    EXPECT_EQ(read_file(path, 100).value(), "new");
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0600u);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1)
        << "a temporary file stayed behind";
}

TEST_F(FileTest, NamesWhatIsWrong) {
    EXPECT_EQ(read_file(folder_ / "none", 100).error().code, ErrorCode::RES_NOT_FOUND);
    ASSERT_TRUE(write_file(folder_ / "big", std::string(101, 'x'), 0644).ok());
    EXPECT_EQ(read_file(folder_ / "big", 100).error().code, ErrorCode::VAL_TOO_BIG);
    EXPECT_EQ(write_file(folder_ / "no" / "where", "x", 0600).error().code, ErrorCode::SYS_STORAGE);
}

TEST_F(FileTest, MakesAPrivateFolder) {
    ASSERT_TRUE(make_private_directory(folder_ / "a" / "b").ok());
    struct stat info {};
    ASSERT_EQ(::stat((folder_ / "a" / "b").c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0700u);
    EXPECT_TRUE(make_private_directory(folder_ / "a" / "b").ok());
}

}  // namespace
}  // namespace vistter
