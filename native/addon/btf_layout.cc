#include "btf_layout.h"

#include "addon_data.h"
#include "arguments.h"
#include "errors.h"
#include "print_capture.h"

#include <cerrno>

namespace picket {

namespace {

std::string name_of(const btf *types, const btf_type *type) {
    return btf__name_by_offset(types, type->name_off);
}

bool is_modifier(const btf_type *type) {
    return btf_is_const(type) || btf_is_volatile(type) || btf_is_restrict(type) || btf_is_type_tag(type);
}

// How C spells the type, without const and the like.
std::string spell(const btf *types, uint32_t id) {
    const btf_type *type = btf__type_by_id(types, id);
    while (type != nullptr && is_modifier(type)) {
        id = type->type;
        type = btf__type_by_id(types, id);
    }
    if (id == 0 || type == nullptr)
        return "void";
    if (btf_is_ptr(type))
        return spell(types, type->type) + " *";
    if (btf_is_array(type))
        return spell(types, btf_array(type)->type) + "[" + std::to_string(btf_array(type)->nelems) + "]";
    if (btf_is_struct(type))
        return "struct " + name_of(types, type);
    if (btf_is_union(type))
        return "union " + name_of(types, type);
    if (btf_is_enum(type) || btf_is_enum64(type))
        return "enum " + name_of(types, type);
    if (btf_is_func_proto(type))
        return "function";
    return name_of(types, type);
}

bool is_unnamed_composite(const btf *types, uint32_t id) {
    const btf_type *type = btf__type_by_id(types, id);
    return type != nullptr && btf_is_composite(type) && type->name_off == 0;
}

class LayoutBuilder {
  public:
    LayoutBuilder(Napi::Env env, const btf *types) : env_(env), types_(types), fields_(Napi::Array::New(env)) {}

    void add_members(const btf_type *composite, uint32_t base_bits) {
        for (uint32_t i = 0; i < btf_vlen(composite); i++) {
            const btf_member &member = btf_members(composite)[i];
            const uint32_t bits = base_bits + btf_member_bit_offset(composite, i);
            if (member.name_off == 0 && is_unnamed_composite(types_, member.type))
                add_members(btf__type_by_id(types_, member.type), bits);
            else
                add_field(member, bits, btf_member_bitfield_size(composite, i));
        }
    }

    Napi::Array fields() const {
        return fields_;
    }

  private:
    void add_field(const btf_member &member, uint32_t bits, uint32_t bit_size) {
        const int64_t size = btf__resolve_size(types_, member.type);
        Napi::Object field = Napi::Object::New(env_);
        field.Set("name", btf__name_by_offset(types_, member.name_off));
        field.Set("type", spell(types_, member.type));
        field.Set("offset", bits / 8);
        field.Set("size", size < 0 ? 0.0 : static_cast<double>(size));
        field.Set("bitOffset", bits % 8);
        field.Set("bitSize", bit_size);
        fields_.Set(fields_.Length(), field);
    }

    Napi::Env env_;
    const btf *types_;
    Napi::Array fields_;
};

int32_t find_composite(const btf *types, const std::string &name) {
    if (name.empty()) // would find any type without a name
        return -ENOENT;
    const int32_t id = btf__find_by_name_kind(types, name.c_str(), BTF_KIND_STRUCT);
    return id > 0 ? id : btf__find_by_name_kind(types, name.c_str(), BTF_KIND_UNION);
}

} // namespace

Napi::Object struct_layout(Napi::Env env, const btf *types, const std::string &name, const std::string &where) {
    const int32_t id = find_composite(types, name);
    if (id <= 0)
        fail(env, code::BTF_NOT_FOUND,
             "no struct or union '" + name + "' in the BTF of " + where +
                 "; check the spelling, and that the code uses the type",
             ENOENT);
    const btf_type *composite = btf__type_by_id(types, id);
    LayoutBuilder builder(env, types);
    builder.add_members(composite, 0);
    Napi::Object layout = Napi::Object::New(env);
    layout.Set("name", name);
    layout.Set("size", composite->size);
    layout.Set("fields", builder.fields());
    return layout;
}

const btf *kernel_types(Napi::Env env) {
    AddonData *data = env.GetInstanceData<AddonData>();
    if (!data->kernel_types) {
        PrintCapture capture;
        data->kernel_types.reset(btf__load_vmlinux_btf());
        if (!data->kernel_types)
            fail_bpf(env, code::BTF_NOT_FOUND,
                     "cannot read the kernel's BTF; it needs CONFIG_DEBUG_INFO_BTF and /sys/kernel/btf/vmlinux", errno,
                     capture.text());
    }
    return data->kernel_types.get();
}

Napi::Value vmlinux_has_type(const Napi::CallbackInfo &info) {
    const std::string name = string_argument(info, 0, "name");
    const bool found = !name.empty() && btf__find_by_name(kernel_types(info.Env()), name.c_str()) > 0;
    return Napi::Boolean::New(info.Env(), found);
}

Napi::Value vmlinux_struct_layout(const Napi::CallbackInfo &info) {
    const std::string name = string_argument(info, 0, "name");
    return struct_layout(info.Env(), kernel_types(info.Env()), name, "the kernel");
}

} // namespace picket
