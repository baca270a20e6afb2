// The page's files: pre-built, served with a strict content security policy; hashed names are
// immutable.
#pragma once

#include <filesystem>

#include "net/http.hpp"

namespace vistter::appliance {

class PageFiles {
  public:
    explicit PageFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}
    // GET and HEAD. A path without a file gets index.html, so that the page can have its own
    // addresses.
    net::Response answer(const net::Request& request) const;

  private:
    std::filesystem::path folder_;
};

}  // namespace vistter::appliance
