#pragma once

#include "http/routes.h"

namespace sluice {

/// Registers the live page: `/`, and under their names the files that it is made of. They are the
/// same for every process, so that they need no token; what the page shows, it asks for with the
/// token that it is given.
void AddLivePage(HttpRoutes& routes);

}  // namespace sluice
