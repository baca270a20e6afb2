// Reads the command line with CLI11.
#include "appliance/app/options.hpp"

#include <CLI/CLI.hpp>

#include <charconv>

#include "appliance/core/address_policy.hpp"
#include "base/file.hpp"
#include "contract/validate.hpp"

namespace vistter::appliance {
namespace {

std::filesystem::path own_folder() {
    std::error_code failed;
    return std::filesystem::read_symlink("/proc/self/exe", failed).parent_path();
}

std::string read_listen(Options& options, const std::string& text) {
    const bool any_port = text.ends_with(":0");
    const auto address =
        parse_address("http://" + (any_port ? text.substr(0, text.size() - 2) : text));
    if (!address || address->path != "/" || address->userinfo || (!any_port && address->port == 0))
        return "--listen needs ADDRESS:PORT";
    if (address->host != "127.0.0.1" && address->host != "::1" && address->host != "localhost")
        return "--listen takes a loopback address only: the local API is plain HTTP";
    options.address = address->host == "localhost" ? "127.0.0.1" : address->host;
    options.port = static_cast<std::uint16_t>(address->port);
    return {};
}

bool read_rate(contract::EncodingProfile& profile, const std::string& text) {
    const auto slash = text.find('/');
    if (slash == std::string::npos) return false;
    const auto number = [](std::string_view part, int& into) {
        const auto [end, failed] = std::from_chars(part.data(), part.data() + part.size(), into);
        return failed == std::errc{} && end == part.data() + part.size() && into > 0;
    };
    const std::string_view view(text);
    return number(view.substr(0, slash), profile.rate_num) &&
           number(view.substr(slash + 1), profile.rate_den);
}

// The login comes from a file, so that no process list shows it.
std::string read_proxy(net::Proxy& proxy, const std::string& login_file) {
    if (proxy.url.empty()) return {};
    const auto address = parse_address(proxy.url);
    if (!address || address->scheme != "http" || address->userinfo || address->path != "/")
        return "--proxy needs http://host[:port]";
    if (login_file.empty()) return {};
    const auto text = read_file(login_file, 1024);
    const std::string login = text ? text->substr(0, text->find('\n')) : std::string();
    const auto colon = login.find(':');
    if (colon == std::string::npos) return "--proxy-login-file needs a file with user:password";
    proxy.username = login.substr(0, colon);
    proxy.password = login.substr(colon + 1);
    return {};
}

void find_folders(Options& options) {
    if (options.run_dir.empty()) options.run_dir = options.state / "run";
    const auto here = own_folder();
    if (options.programs.empty()) options.programs = here;
    if (!options.web.empty()) return;
    std::error_code failed;
    options.web = here / "../share/vistter/web/appliance";
    if (!std::filesystem::exists(options.web, failed)) options.web = here / "../web/appliance";
}

std::string make_version() {
    return "vistter-appliance 0.1.0, contract " + std::string(contract::contract_version());
}

}  // namespace

Parsed parse_options(int argc, char** argv) {
    Parsed out;
    Options& options = out.options;
    std::string listen = "127.0.0.1:8080", picture = "on", rate = "30/1", login_file;
    CLI::App app{
        "Vistter appliance: the control process. It pairs with a Studio, keeps cameras, timelines "
        "and outputs, and "
        "starts the picture and output processes, which go on when it is gone."};
    app.set_version_flag("--version", make_version());
    app.add_option("--state", options.state, "Folder of everything that is kept")
        ->capture_default_str();
    app.add_option("--listen", listen,
                   "Address and port of the local page, loopback only; port 0 takes a free one")
        ->capture_default_str();
    app.add_option("--run-dir", options.run_dir,
                   "Folder of sockets and logs (default: <state>/run)");
    app.add_option("--serial", options.serial, "Serial number the pairing token is bound to");
    app.add_flag("--allow-loopback", options.allow_loopback,
                 "May connect to its own machine (sandbox, tests)");
    app.add_flag("--proof-strip", options.proof_strip,
                 "Draw the frame number into the programme picture");
    app.add_option("--pairing-file", options.pairing_file,
                   "JSON file {token, studio_url}, deleted once it worked");
    app.add_option("--picture", picture, "on or off: with or without picture and outputs")
        ->check(CLI::IsMember({"on", "off"}))
        ->capture_default_str();
    app.add_option("--programs", options.programs, "Folder of vistter-program and vistter-output");
    app.add_option("--web", options.web, "Folder of the built page");
    app.add_option("--ready-fd", options.ready_fd,
                   "Descriptor that gets one JSON line when everything listens");
    app.add_option("--width", options.programme.width, "Programme width")
        ->check(CLI::Range(160, 3840))
        ->capture_default_str();
    app.add_option("--height", options.programme.height, "Programme height")
        ->check(CLI::Range(90, 2160))
        ->capture_default_str();
    app.add_option("--rate", rate, "Programme frame rate N/D")->capture_default_str();
    app.add_option("--keys", options.keys, "Where private keys are kept: tpm, file, or auto")
        ->check(CLI::IsMember({"auto", "tpm", "file"}))
        ->capture_default_str();
    app.add_option("--proxy", options.proxy.url, "HTTP proxy towards Studio, http://host:port");
    app.add_option("--proxy-login-file", login_file, "File with user:password for the proxy")
        ->needs("--proxy");
    app.add_flag("--verbose", options.verbose, "Log debug lines");
    try {
        app.parse(argc, argv);
        if (const std::string wrong = read_listen(options, listen); !wrong.empty())
            throw CLI::ValidationError(wrong);
        if (!read_rate(options.programme, rate))
            throw CLI::ValidationError("--rate needs N/D, e.g. 30/1");
        if (const std::string wrong = read_proxy(options.proxy, login_file); !wrong.empty())
            throw CLI::ValidationError(wrong);
    } catch (const CLI::ParseError& stop) {
        const bool asked = stop.get_exit_code() == 0;
        app.exit(stop);
        out.exit = asked ? 0 : 2;
        return out;
    }
    options.picture = picture == "on";
    find_folders(options);
    return out;
}

}  // namespace vistter::appliance
