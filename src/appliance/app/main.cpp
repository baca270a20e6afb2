// vistter-appliance: the control process.
#include <cstdio>

#include "appliance/app/application.hpp"
#include "base/log.hpp"

int main(int argc, char** argv) {
    using namespace vistter;
    const appliance::Parsed parsed = appliance::parse_options(argc, argv);
    if (parsed.exit) return *parsed.exit;
    log::open("vistter-appliance", parsed.options.verbose ? log::Level::debug : log::Level::info);
    auto application = appliance::Application::start(parsed.options);
    if (!application) {
        std::fprintf(stderr, "vistter-appliance: %s\n", describe(application.error()).c_str());
        return 1;
    }
    return (*application)->run();
}
