// vistter-appliance: the control process.
#include <cstdio>

#include "appliance/app/application.hpp"
#include "base/log.hpp"

int main(int argc, char** argv) {
    using namespace vistter;
    appliance::Parsed parsed = appliance::parse_options(argc, argv);
    if (parsed.exit) return *parsed.exit;
    log::open("vistter-appliance", parsed.options.verbose ? log::Level::debug : log::Level::info);
    for (;;) {
        auto application = appliance::Application::start(parsed.options);
        if (!application) {
            std::fprintf(stderr, "vistter-appliance: %s\n", describe(application.error()).c_str());
            return 1;
        }
        const int code = (*application)->run();
        const auto again = (*application)->again();
        if (!again) return code;
        parsed.options = *again;
    }
}
