// pshost --serve                       one JSON request per stdin line, one JSON response per stdout line
// pshost [-NoProfile] [-NonInteractive] [-OutputFormat Text|XML] (-EncodedCommand B64 | -Command TEXT|- | -File PATH) [-Module PATH]…
using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Text.Json;

namespace PsHost
{
    internal static class Program
    {
        private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, PropertyNameCaseInsensitive = true };
        private static readonly UTF8Encoding Utf8 = new(false);

        private static int Main(string[] args)
        {
            if (args.Length > 0 && args[0] == "--serve") return Serve();
            var request = new Request();
            var modules = new List<string>();
            bool encoded = false, formatGiven = false;
            for (int i = 0; i < args.Length; i++)
            {
                string a = args[i].TrimStart('-', '/').ToLowerInvariant();
                bool Is(string full, int min) => a.Length >= min && full.StartsWith(a, StringComparison.Ordinal);
                if (Is("encodedcommand", 1) && a != "executionpolicy" || a == "ec") { request.Script = Encoding.Unicode.GetString(Convert.FromBase64String(args[++i])); encoded = true; }
                else if (Is("command", 1)) { request.Script = args[i + 1] == "-" ? Console.In.ReadToEnd() : string.Join(" ", args[(i + 1)..]); break; }
                else if (Is("file", 1)) { request.Script = File.ReadAllText(args[++i]); break; }
                else if (Is("outputformat", 1) || a == "of") { request.OutputFormat = args[++i].Equals("xml", StringComparison.OrdinalIgnoreCase) ? "Xml" : "Text"; formatGiven = true; }
                else if (a == "module") modules.Add(Path.GetFullPath(args[++i]));
                else if (Is("noprofile", 3) || Is("noninteractive", 4) || Is("nologo", 3) || a is "sta" or "mta") { }
                else if (Is("executionpolicy", 2) || a == "ep" || Is("inputformat", 2) || Is("windowstyle", 1)) i++;
                else { Console.Error.WriteLine("pshost: unknown argument " + args[i]); return 64; }
            }
            request.Script ??= Console.In.ReadToEnd();
            request.Modules = modules.ToArray();
            if (encoded && Console.IsInputRedirected && request.Script.Contains("$input", StringComparison.OrdinalIgnoreCase)) request.Stdin = Console.In.ReadToEnd().Replace("\r\n", "\n").TrimEnd('\n').Split('\n');
            if (encoded && !formatGiven) request.OutputFormat = "Xml"; // powershell.exe does this when stderr is redirected
            request.TimeoutMs = System.Threading.Timeout.Infinite;
            var response = Session.Run(request);
            using (var o = Console.OpenStandardOutput()) o.Write(Utf8.GetBytes(response.Stdout));
            using (var e = Console.OpenStandardError()) e.Write(Utf8.GetBytes(response.Stderr));
            foreach (var f in response.Findings) Console.Error.WriteLine("pshost: " + f.Rule + " at " + f.Line + ":" + f.Column + " " + f.Text);
            return response.ExitCode;
        }

        private static int Serve()
        {
            using var input = new StreamReader(Console.OpenStandardInput(), Utf8);
            using var output = new StreamWriter(Console.OpenStandardOutput(), Utf8) { AutoFlush = true };
            while (input.ReadLine() is string line)
            {
                Response response;
                try
                {
                    var request = JsonSerializer.Deserialize<Request>(line, Json);
                    response = Session.Run(request, piece => output.WriteLine(JsonSerializer.Serialize(new { request.Id, Piece = piece }, Json)));
                }
                catch (Exception e) { response = new Response { ExitCode = -1, Stderr = "pshost: " + e }; }
                output.WriteLine(JsonSerializer.Serialize(response, Json));
            }
            return 0;
        }
    }
}
