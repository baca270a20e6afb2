// The audit trail, answers to repeated requests and transactions on Studio's database.
#pragma once

#include <memory>

#include "store/database.hpp"
#include "studio/core/records.hpp"

namespace vistter::studio {

class Records : public AuditLog, public AnsweredRequests, public UnitOfWork {};

// `database` must outlive it.
std::unique_ptr<Records> make_records(store::Database& database);

}  // namespace vistter::studio
