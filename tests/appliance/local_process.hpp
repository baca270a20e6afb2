// A real vistter-appliance as a child of the test, and a client of its local API.
#pragma once

#include <boost/json.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "kit/temporary_folder.hpp"
#include "net/http_client.hpp"
#include "sim/kit/child_process.hpp"

namespace vistter::appliance::test {

namespace json = boost::json;

inline constexpr const char* password = "correct horse battery";

struct Reply {
    int status = 0;
    net::Headers headers;
    std::string text;
    json::value body;
    std::string member(std::string_view name) const;  // "" if absent or no text
};

// Starts it with a free port and waits for its ready line; throws when there is none.
class LocalProcess {
  public:
    LocalProcess(const std::filesystem::path& state, const std::vector<std::string>& more_arguments,
                 const std::string& listen = "127.0.0.1:0");
    LocalProcess(LocalProcess&&) = default;
    ~LocalProcess();
    Reply request(const std::string& method, const std::string& path, const std::string& body = {},
                  net::Headers headers = {}) const;
    Reply post(const std::string& path, const json::value& body, net::Headers headers = {}) const;
    // Setup if needed, then a bearer token that request() uses from then on.
    void sign_in();
    // Looks until `path` answers something `good` likes; at most `limit_ms`.
    bool reaches(const std::string& path, const std::function<bool(const json::value&)>& good,
                 std::int64_t limit_ms = 20'000) const;
    std::string host() const { return url.substr(url.find("//") + 2); }

    std::filesystem::path state;
    std::string url, bearer;
    sim::ChildProcess process;
};

std::string program_path(const std::string& name);
// The ids of running processes whose command line names `folder` and `program`.
std::vector<pid_t> processes_of(const std::filesystem::path& folder, const std::string& program);
// Whether a process that is not our child ends within `limit_ms`.
bool end_of(pid_t pid, std::int64_t limit_ms);
// Ends what a killed control process left behind in `folder`, by id.
void end_leftovers(const std::filesystem::path& folder);

}  // namespace vistter::appliance::test
