using System;
using System.Collections;
using System.Collections.Generic;
using System.Diagnostics;
using System.Globalization;
using System.IO;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Text;

namespace PsHost
{
    public sealed class Request
    {
        public string Id { get; set; }
        public string Script { get; set; }
        public string[] Modules { get; set; } = Array.Empty<string>(); // .psm1 files with the mocked cmdlets
        public string Setup { get; set; }                              // runs first in the same runspace, output discarded
        public string[] Stdin { get; set; }                            // becomes $input
        public string StdinText { get; set; }                          // what [Console]::In reads
        public PsHost.Cim.CimHostData Cim { get; set; }                // what Get-CimInstance and its kin answer from
        public string LanguageMode { get; set; }                       // e.g. ConstrainedLanguage, set after Setup
        public bool Stream { get; set; }                               // stdout piece by piece, as it is written
        public string Culture { get; set; }                            // e.g. de-DE
        public string OutputFormat { get; set; } = "Text";             // "Xml": stderr as CLIXML
        public bool CheckOnly { get; set; }
        public int TimeoutMs { get; set; } = 150000;
    }

    public sealed class Response
    {
        public string Id { get; set; }
        public int ExitCode { get; set; }
        public string Stdout { get; set; } = "";
        public string Stderr { get; set; } = "";
        public bool TimedOut { get; set; }
        public string[] Commands { get; set; }
        public List<Finding> Findings { get; set; } // 5.1 incompatibilities and host remarks; tests expect none
        public double Ms { get; set; }
    }

    /// <summary>Collects stdout and, where asked for, passes each piece on at once.</summary>
    internal sealed class StdoutWriter : StringWriter
    {
        private readonly Action<string> _piece;
        internal StdoutWriter(Action<string> piece) : base(CultureInfo.InvariantCulture) { NewLine = "\r\n"; _piece = piece; }
        private void Pass(string text) { if (_piece == null) base.Write(text); else if (text.Length > 0) _piece(text); }
        public override void Write(char value) => Pass(value.ToString());
        public override void Write(string value) => Pass(value ?? "");
        public override void Write(char[] buffer, int index, int count) => Pass(new string(buffer, index, count));
    }

    internal static class Session
    {
        /// <summary>The pretended host of the run under way; one script runs at a time.</summary>
        internal static PsHost.Cim.CimHost Current { get; private set; }
        private static readonly InitialSessionState Template = BuildTemplate();

        private static InitialSessionState BuildTemplate()
        {
            var iss = InitialSessionState.CreateDefault2();
            foreach (var t in Assembly.GetExecutingAssembly().GetTypes())
                if (t.GetCustomAttribute<CmdletAttribute>() is CmdletAttribute c) iss.Commands.Add(new SessionStateCmdletEntry(c.VerbName + "-" + c.NounName, t, null));
            foreach (string core in new[] { "IsWindows", "IsLinux", "IsMacOS", "IsCoreCLR", "PSStyle" }) iss.Variables.Remove(core, null);
            // Windows PowerShell 5.1 defines Count on arrays as an extended property; ConvertTo-Json sees it.
            var array = new TypeData("System.Array");
            array.Members.Add("Count", new AliasPropertyData("Count", "Length"));
            iss.Types.Add(new SessionStateTypeEntry(array, false));
            iss.LanguageMode = PSLanguageMode.FullLanguage;
            return iss;
        }

        internal static Response Run(Request request, Action<string> piece = null)
        {
            var clock = Stopwatch.StartNew();
            HostLog.Drain();
            var response = new Response { Id = request.Id, Findings = SyntaxGuard.Check(request.Script, out var ast) };
            response.Commands = SyntaxGuard.Commands(ast).ToArray();
            if (!request.CheckOnly) Execute(request, response, request.Stream ? piece : null);
            response.Findings.AddRange(HostLog.Drain());
            response.Ms = Math.Round(clock.Elapsed.TotalMilliseconds, 1);
            return response;
        }

        private static void Execute(Request request, Response response, Action<string> piece)
        {
            var stdout = new StdoutWriter(piece);
            var culture = request.Culture == null ? CultureInfo.InvariantCulture : CultureInfo.GetCultureInfo(request.Culture);
            var host = new CaptureHost(stdout, culture);
            var stderr = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\r\n" };
            var before = (Out: Console.Out, Error: Console.Error, In: Console.In, CultureInfo.CurrentCulture);
            Current = request.Cim == null ? null : new PsHost.Cim.CimHost(request.Cim);
            if (request.StdinText != null) Console.SetIn(new StringReader(request.StdinText));
            Console.SetOut(TextWriter.Synchronized(stdout)); // [Console]::Out.Write in scripts
            Console.SetError(TextWriter.Synchronized(stderr));
            CultureInfo.CurrentCulture = culture;
            try
            {
                using var runspace = RunspaceFactory.CreateRunspace(host, Template);
                runspace.ThreadOptions = PSThreadOptions.UseCurrentThread;
                runspace.Open();
                if (runspace.SessionStateProxy.GetVariable("PSVersionTable") is Hashtable version) { version["PSVersion"] = new Version(5, 1, 17763, 1); version["PSEdition"] = "Desktop"; }
                using (var setup = PowerShell.Create(runspace))
                {
                    foreach (string m in request.Modules) setup.AddCommand("Import-Module").AddParameter("Name", m).AddParameter("Force").AddParameter("DisableNameChecking").AddStatement();
                    if (request.Setup != null) setup.AddScript(request.Setup);
                    if (setup.Commands.Commands.Count > 0) { setup.Invoke(); if (setup.HadErrors) throw new InvalidOperationException("setup failed: " + setup.Streams.Error.FirstOrDefault()); }
                }
                if (request.LanguageMode != null) runspace.SessionStateProxy.LanguageMode = Enum.Parse<PSLanguageMode>(request.LanguageMode);
                using var shell = PowerShell.Create(runspace);
                shell.AddScript(request.Script, useLocalScope: false);
                shell.Streams.Error.DataAdded += (_, e) => host.Capture.WriteErrorLine(Describe(shell.Streams.Error[e.Index]));
                var output = new PSDataCollection<PSObject>();
                output.DataAdded += (_, e) => stdout.Write(Text(output[e.Index]) + "\r\n");
                var input = new PSDataCollection<string>(request.Stdin ?? Array.Empty<string>());
                input.Complete();
                using var timer = new System.Threading.Timer(_ => { response.TimedOut = true; shell.BeginStop(null, null); }, null, request.TimeoutMs, System.Threading.Timeout.Infinite);
                try { shell.Invoke(input, output, new PSInvocationSettings { Host = host, AddToHistory = true }); response.ExitCode = host.ExitCode ?? (response.TimedOut || !LastStatus(runspace) ? 1 : 0); }
                catch (PipelineStoppedException) { response.ExitCode = 1; }
                catch (RuntimeException e) { response.ExitCode = host.ExitCode ?? 1; host.Capture.WriteErrorLine(Describe(e.ErrorRecord)); }
            }
            finally { Console.SetOut(before.Out); Console.SetError(before.Error); Console.SetIn(before.In); CultureInfo.CurrentCulture = before.CurrentCulture; }
            response.Stdout = stdout.ToString();
            response.Stderr = stderr + (request.OutputFormat == "Xml" ? CliXml.Render(host.Capture, progress: true) : string.Concat(host.Capture.Records.Select(r => r.Text + "\r\n")));
        }

        // powershell.exe -Command exits with 1 when the last statement left $? false.
        private static bool LastStatus(Runspace runspace)
        {
            using var ask = PowerShell.Create(runspace);
            return ask.AddScript("$global:?", useLocalScope: false).Invoke<bool>().LastOrDefault();
        }

        // Strings and primitives as the console shows them; a script under test must not rely on formatted objects.
        private static string Text(PSObject o)
        {
            if (o == null) return "";
            if (o.BaseObject is not string && !o.BaseObject.GetType().IsPrimitive) HostLog.Add("formatted-output", "an object of type " + o.BaseObject.GetType().Name + " reached the output: powershell.exe would format it as a table or list");
            return LanguagePrimitives.ConvertTo<string>(o);
        }

        // The NormalView text of 5.1.
        private static string Describe(ErrorRecord e)
        {
            var sb = new StringBuilder();
            string caller = e.InvocationInfo?.MyCommand?.Name;
            string message = e.ErrorDetails?.Message ?? e.Exception.Message;
            sb.Append(string.IsNullOrEmpty(caller) ? message : caller + " : " + message);
            string position = e.InvocationInfo?.PositionMessage;
            if (!string.IsNullOrEmpty(position)) sb.Append("\r\n").Append(position.Replace("\r\n", "\n").Replace("\n", "\r\n"));
            return sb.Append("\r\n    + CategoryInfo          : ").Append(e.CategoryInfo).Append("\r\n    + FullyQualifiedErrorId : ").Append(e.FullyQualifiedErrorId).Append("\r\n ").ToString();
        }
    }
}
