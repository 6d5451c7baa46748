#pragma once

#include <string>
#include <string_view>

namespace sluice::kafka {

/// What is wrong with a list of brokers ("host:9092, [::1]:9092, SASL_SSL://host"), so that no
/// client could ever connect; empty: nothing. No name is looked up.
std::string FaultOfBrokers(std::string_view list);

}  // namespace sluice::kafka
