import { newId } from "./ids.ts";
import { badRequest, Refusal } from "./answers.ts";
import { listed } from "./listing.ts";
import { isRecord } from "../shared/json.ts";
import { isTextList, membersOf } from "./members.ts";
import type { VmRecord } from "./records.ts";
import type { State } from "./state.ts";
import { testOf } from "./where.ts";

/** A virtual machine with every member that the specification requires. */
export function newVm(name: string): VmRecord {
  const hardware = { cpu: { cores: 2, sockets: 1 }, cpu_model: "cluster_default", memory: 4_294_967_296, vcpu: 2, firmware: "BIOS" };
  const switches = { ha: true, in_recycle_bin: false, internal: false, nested_virtualization: false, protected: false, win_opt: false };
  const guest = { clock_offset: "UTC", ips: "", node_ip: "", out_uninstall_usb: [], vm_tools_status: "NOT_INSTALLED" };
  const id = newId();
  return { id, name, description: "", local_id: `local-${id}`, status: "STOPPED", ...hardware, ...switches, ...guest };
}

const fields = Object.keys(newVm(""));

/** `/get-vms`: a bare list. */
export function getVms(state: State, body: unknown): readonly VmRecord[] {
  return listed(state.vms, body, fields);
}

/** `/get-vms-connection`: how many there are. */
export function countVms(state: State, body: unknown): object {
  return { aggregate: { count: listed(state.vms, body, fields).length } };
}

/** `/remove-vm-disk`: stands for all that changes something, and is refused while the machine is locked. */
export function removeVmDisk(state: State, body: unknown): readonly object[] {
  const { where, data } = membersOf(body, { where: isRecord, data: isRecord });
  membersOf(data, { disk_ids: isTextList });
  const found = state.vms.filter(testOf(where, fields));
  if (found.length === 0) throw badRequest("There is no such virtual machine.");
  const locked = found.filter(({ id }) => state.lockedVms.has(id));
  if (locked.length > 0) {
    const names = locked.map(({ id }) => `VM-${id}`).join(", ");
    const resources = locked.map(({ id }) => ({ id, type: "VM" }));
    throw new Refusal(400, `Resource [${names}] locked`, "ResourceLocked", { locked_resources: resources });
  }
  return found.map((vm) => ({ task_id: newId(), data: vm }));
}
