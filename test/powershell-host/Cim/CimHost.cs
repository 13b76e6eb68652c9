// The CIM repository of a pretended host, handed over as JSON: namespace, class, instances (the simulator's CimRepository).
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Threading;

namespace PsHost.Cim
{
    /// <summary>How one class, or without ClassName a whole namespace, misbehaves. Times in milliseconds.</summary>
    public sealed class ClassTrouble
    {
        public string Namespace { get; set; }
        public string ClassName { get; set; }
        public int DelayMs { get; set; }
        /// <summary>True: takes its time whatever OperationTimeoutSec says, as a hanging provider does.</summary>
        public bool IgnoresTimeout { get; set; }
        public string NativeErrorCode { get; set; }
        public uint StatusCode { get; set; }
        public string Message { get; set; } = "";
        /// <summary>Instances that still come before it fails.</summary>
        public int AfterInstances { get; set; }
    }

    public sealed class CimHostData
    {
        public JsonElement Repository { get; set; }
        public ClassTrouble[] Troubles { get; set; } = Array.Empty<ClassTrouble>();
        /// <summary>Milliseconds that each query of a class takes.</summary>
        public int QueryMs { get; set; }
        /// <summary>What methods answer, by "class.method|input" in lower case; "*" for any other input.</summary>
        public Dictionary<string, MethodAnswer> MethodAnswers { get; set; } = new();
    }

    public sealed class JobEnd { public int State { get; set; } public int ErrorCode { get; set; } public string ErrorText { get; set; } = ""; }

    public sealed class MethodAnswer
    {
        public uint ReturnValue { get; set; }
        public JsonElement Out { get; set; }
        public JobEnd Job { get; set; }
        /// <summary>"hangs" until the caller's time is up, "stuck" for good.</summary>
        public string Never { get; set; }
    }

    internal sealed class CimHost
    {
        private static readonly Regex Condition = new(@"^\s*(\w+)\s*(=|<>|!=)\s*(?:'((?:\\.|[^'\\])*)'|(-?\w+))\s*$", RegexOptions.CultureInvariant);
        private readonly CimHostData _data;
        private readonly Dictionary<string, (JobEnd End, bool Seen)> _jobs = new();
        private readonly HashSet<string> _workDone = new();
        internal CimHost(CimHostData data) { _data = data; }

        private static JsonElement? Find(JsonElement parent, string name)
        {
            if (parent.ValueKind != JsonValueKind.Object) return null;
            foreach (var member in parent.EnumerateObject())
                if (member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) return member.Value;
            return null;
        }

        private JsonElement ClassData(string ns, string className)
        {
            var space = Find(_data.Repository.GetProperty("namespaces"), ns.Replace('\\', '/')) ?? throw new CimException("Ung\u00fcltiger Namespace", NativeErrorCode.InvalidNamespace, 0x8004100e);
            return Find(space, className) ?? throw new CimException("Ung\u00fcltige Klasse", NativeErrorCode.InvalidClass, 0x80041010);
        }

        private ClassTrouble TroubleOf(string ns, string className) => _data.Troubles.FirstOrDefault(t => (t.ClassName == null || t.ClassName.Equals(className, StringComparison.OrdinalIgnoreCase)) && (t.Namespace == null || t.Namespace.Equals(ns.Replace('\\', '/'), StringComparison.OrdinalIgnoreCase)));

        private static CimException Failure(ClassTrouble t) => new(t.Message, Enum.Parse<NativeErrorCode>(t.NativeErrorCode), t.StatusCode);

        internal CimClass GetClass(string ns, string className)
        {
            var data = ClassData(ns, className);
            var properties = data.GetProperty("properties").EnumerateObject().Select(p => new CimPropertyDeclaration(p.Name, p.Value.GetString()));
            return new CimClass(ns, data.GetProperty("className").GetString(), properties);
        }

        /// <summary>Lazily, so that a failure can come in the middle. A null list means whole instances.</summary>
        internal IEnumerable<CimInstance> GetInstances(string ns, string className, string[] listed, string filter, int timeoutSec, WaitHandle stopped)
        {
            var trouble = TroubleOf(ns, className);
            int delay = (trouble?.DelayMs ?? 0) + _data.QueryMs;
            bool late = timeoutSec > 0 && delay > timeoutSec * 1000 && trouble?.IgnoresTimeout != true;
            if (delay > 0 && stopped.WaitOne(late ? timeoutSec * 1000 : delay)) yield break;
            if (late) throw new CimException("Zeit\u00fcberschreitung", NativeErrorCode.Failed, 0x80041069);
            if (trouble?.NativeErrorCode != null && trouble.AfterInstances == 0) throw Failure(trouble);
            var data = ClassData(ns, className);
            var types = data.GetProperty("properties").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString(), StringComparer.OrdinalIgnoreCase);
            // One unknown name fails the whole query.
            if (listed != null && listed.Any(name => !types.ContainsKey(name))) throw new CimException("Ung\u00fcltige Abfrage", NativeErrorCode.InvalidQuery, 0x80041017);
            var conditions = Conditions(filter, types);
            int given = 0;
            foreach (var instance in data.GetProperty("instances").EnumerateArray())
            {
                if (trouble?.NativeErrorCode != null && given++ == trouble.AfterInstances) throw Failure(trouble);
                var values = instance.GetProperty("values");
                if (!conditions.All(c => c(values))) continue;
                var properties = types.Select(t => new CimProperty(t.Key, listed == null || listed.Contains(t.Key, StringComparer.OrdinalIgnoreCase) ? Value(Find(values, t.Key), t.Value, ns) : null, t.Value));
                yield return new CimInstance(ns, instance.GetProperty("className").GetString(), properties);
            }
        }

        private static List<Func<JsonElement, bool>> Conditions(string filter, Dictionary<string, string> types)
        {
            var conditions = new List<Func<JsonElement, bool>>();
            foreach (string part in filter == null ? Array.Empty<string>() : Regex.Split(filter, @"\s+AND\s+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant))
            {
                var m = Condition.Match(part);
                if (!m.Success || !types.ContainsKey(m.Groups[1].Value)) throw new CimException("Ung\u00fcltige Abfrage", NativeErrorCode.InvalidQuery, 0x80041017);
                string wanted = m.Groups[3].Success ? Regex.Unescape(m.Groups[3].Value) : m.Groups[4].Value;
                bool equal = m.Groups[2].Value == "=";
                conditions.Add(values => Find(values, m.Groups[1].Value) is JsonElement v && v.ValueKind != JsonValueKind.Null && v.ToString().Equals(wanted, StringComparison.OrdinalIgnoreCase) == equal);
            }
            return conditions;
        }

        /// <summary>Out-parameters by name, ReturnValue among them.</summary>
        internal Dictionary<string, object> Invoke(string ns, string className, string method, System.Collections.IDictionary arguments, int timeoutSec, WaitHandle stopped)
        {
            var trouble = TroubleOf(ns, className + "." + method);
            if (trouble?.NativeErrorCode != null) throw Failure(trouble);
            string Argument(string name) => arguments != null && arguments.Contains(name) ? Convert.ToString(arguments[name], CultureInfo.InvariantCulture) : null;
            string input = Argument("Path") ?? (Argument("sSubKeyName") is string key ? key + "\\" + Argument("sValueName") : "");
            string call = (className + "." + method).ToLowerInvariant();
            if (!_data.MethodAnswers.TryGetValue(call + "|" + input.ToLowerInvariant(), out var answer) && !_data.MethodAnswers.TryGetValue(call + "|*", out answer)) throw new CimException("Ung\u00fcltige Methode", NativeErrorCode.Failed, 0x8004102e);
            if (answer.Never == "stuck") { stopped.WaitOne(); return new Dictionary<string, object>(); }
            if (answer.Never == "hangs") { stopped.WaitOne(timeoutSec * 1000); throw new CimException("Zeit\u00fcberschreitung", NativeErrorCode.Failed, 0x80041069); }
            var found = new Dictionary<string, object>();
            if (answer.Job != null && !_workDone.Contains(call + "|" + input))
            {
                string id = "job " + (_jobs.Count + 1).ToString(CultureInfo.InvariantCulture);
                _jobs[id] = (answer.Job, false);
                if (answer.Job.State == 7) _workDone.Add(call + "|" + input);
                found["ReturnValue"] = answer.ReturnValue;
                found["Job"] = new CimInstance(ns, "Msvm_StorageJob", new[] { new CimProperty("InstanceID", id, "string") });
                return found;
            }
            found["ReturnValue"] = answer.Job == null ? answer.ReturnValue : 0u;
            foreach (var parameter in answer.Out.EnumerateObject())
                found[parameter.Name] = parameter.Value.ValueKind == JsonValueKind.Array
                    ? parameter.Value.EnumerateArray().Select(v => (CimInstance)ObjectValue(v, ns)).ToArray()
                    : parameter.Value.ValueKind == JsonValueKind.Number ? parameter.Value.GetUInt32() : parameter.Value.GetString();
            return found;
        }

        /// <summary>A job: under way at the first look, over at the second.</summary>
        internal CimInstance GetAgain(CimInstance instance)
        {
            string id = (string)instance.CimInstanceProperties["InstanceID"].Value;
            var (end, seen) = _jobs[id];
            _jobs[id] = (end, true);
            return new CimInstance("root/virtualization/v2", "Msvm_StorageJob", new[]
            {
                new CimProperty("InstanceID", id, "string"),
                new CimProperty("JobState", (ushort)(seen ? end.State : 4), "uint16"),
                new CimProperty("ErrorCode", (ushort)(seen ? end.ErrorCode : 0), "uint16"),
                new CimProperty("ErrorDescription", seen ? end.ErrorText : null, "string"),
            });
        }

        /// <summary>What lies in a folder; null for one that is not there.</summary>
        internal JsonElement? Folder(string path)
        {
            if (!_data.Repository.TryGetProperty("folders", out var folders)) return null;
            foreach (var folder in folders.EnumerateArray())
                if (folder.GetProperty("path").GetString().Equals(path, StringComparison.OrdinalIgnoreCase)) return folder;
            return null;
        }

        internal IReadOnlyDictionary<string, string> RegistryValues(string path)
        {
            if (!_data.Repository.TryGetProperty("registry", out var registry)) return null;
            return Find(registry, path) is JsonElement key ? key.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ToString()) : null;
        }

        // The .NET type that Get-CimInstance has for a CIM type.
        private static object Value(JsonElement? element, string type, string ns)
        {
            if (element is not JsonElement v || v.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) return null;
            if (v.ValueKind == JsonValueKind.Array)
            {
                string inner = type.EndsWith("[]", StringComparison.Ordinal) ? type[..^2] : type;
                var items = v.EnumerateArray().Select(e => Value(e, inner, ns)).ToArray();
                // Null and empty arrays look alike.
                if (items.Length == 0) return null;
                var array = Array.CreateInstance(items.FirstOrDefault(i => i != null)?.GetType() ?? typeof(object), items.Length);
                for (int i = 0; i < items.Length; i++) array.SetValue(items[i], i);
                return array;
            }
            if (v.ValueKind == JsonValueKind.Object) return ObjectValue(v, ns);
            if (v.ValueKind is JsonValueKind.True or JsonValueKind.False) return v.GetBoolean();
            string text = v.ValueKind == JsonValueKind.String ? v.GetString() : v.GetRawText();
            return type switch
            {
                "uint8" => byte.Parse(text, CultureInfo.InvariantCulture),
                "uint16" => ushort.Parse(text, CultureInfo.InvariantCulture),
                "uint32" => uint.Parse(text, CultureInfo.InvariantCulture),
                "uint64" => ulong.Parse(text, CultureInfo.InvariantCulture),
                "sint8" => sbyte.Parse(text, CultureInfo.InvariantCulture),
                "sint16" => short.Parse(text, CultureInfo.InvariantCulture),
                "sint32" => int.Parse(text, CultureInfo.InvariantCulture),
                "sint64" => long.Parse(text, CultureInfo.InvariantCulture),
                "real32" => float.Parse(text, CultureInfo.InvariantCulture),
                "char16" => text.Length == 0 ? '\0' : text[0],
                _ => v.ValueKind == JsonValueKind.Number && v.TryGetInt32(out int i) ? i : text,
            };
        }

        private static object ObjectValue(JsonElement v, string ns)
        {
            // Get-CimInstance gives local time.
            if (v.TryGetProperty("datetime", out var datetime)) return DateTime.Parse(datetime.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal).ToLocalTime();
            if (v.TryGetProperty("intervalMs", out var interval)) return TimeSpan.FromTicks((long)(interval.GetDouble() * TimeSpan.TicksPerMillisecond));
            if (v.TryGetProperty("reference", out var reference))
            {
                var keys = reference.GetProperty("keys").EnumerateObject().Select(k => new CimProperty(k.Name, k.Value.GetString(), "string"));
                return new CimInstance(reference.GetProperty("namespace").GetString(), reference.GetProperty("className").GetString(), keys);
            }
            var embedded = v.GetProperty("embedded");
            var properties = embedded.GetProperty("properties").EnumerateObject().Select(p => new CimProperty(p.Name, Value(p.Value, "string", ns), "string"));
            return new CimInstance(ns, embedded.GetProperty("className").GetString(), properties);
        }
    }
}
