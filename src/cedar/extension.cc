#include "cedar/extension.h"
namespace proviso::cedar {}
