// The library folder and the downloads that fill it: assets under their SHA-256, documents as files
// the programme reads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "contract/timeline_document.hpp"

namespace vistter::appliance {

class Library {
  public:
    virtual ~Library() = default;
    virtual std::string sha256_hex(const std::string& text) = 0;
    virtual bool has_asset(const std::string& sha256, std::int64_t size_bytes) = 0;
    virtual bool has_asset(const std::string& sha256) = 0;
    virtual std::string assets_folder() = 0;
    // Writes a document durably under its own name and gives its path. LIM_STORAGE, SYS_STORAGE.
    virtual Result<std::string> keep_document(const std::string& name, const std::string& text) = 0;
    virtual std::string document_path(const std::string& name) = 0;
    virtual std::int64_t free_bytes() = 0;
    // Where recordings go; created by the first one.
    virtual std::string recording_path(const std::string& name) = 0;
};

struct DownloadEvents {
    std::function<void(std::int64_t bytes_done)> progress;  // of all items together, never falling
    std::function<void(const contract::AssetEntry& asset)> cached;
    std::function<void(const contract::AssetEntry& asset, const Error& why)>
        failed;                      // this item is given up
    std::function<void()> finished;  // every item is cached or given up
};

class Downloads {
  public:
    virtual ~Downloads() = default;
    // Fetches into the library off the loop's thread and calls back on it. Transient failures are
    // retried. `job` names the work: starting a job that runs is ignored.
    virtual void fetch(const std::string& job, std::vector<contract::AssetEntry> assets,
                       DownloadEvents events) = 0;
    // Ends a job: nothing of it is called back any more, what runs for it is given up. What an item
    // has got so far stays for another job that wants it.
    virtual void cancel(const std::string& job) = 0;
    // Whether an address may be fetched at all (rulings 17), before a name is resolved.
    virtual Status allowed(const std::string& url) = 0;
};

}  // namespace vistter::appliance
