using System.Diagnostics;
using Math4AI.Tests.Reporting;

[assembly: AssemblyFixture(typeof(BrowserProcess))]

namespace Math4AI.Tests.Reporting;

/// <summary>
/// The one Chromium of a run of tests, without a window: it is started by the first test that shows a page, and ends
/// with the last test. Each start would take two seconds of a processor.
/// </summary>
public sealed class BrowserProcess : IDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    private static readonly Lazy<Task<BrowserProcess>> Started = new(Start);

    private readonly string? profile;
    private readonly Process? process;

    /// <summary>Initializes a new instance of the <see cref="BrowserProcess"/> class: that of xunit.</summary>
    public BrowserProcess()
    {
    }

    private BrowserProcess(string profile, Process process) => (this.profile, this.process) = (profile, process);

    /// <summary>Gets the path of a Chromium; null if there is none.</summary>
    internal static string? FilePath { get; } = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator)
        .SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    private Uri Address { get; set; } = new("about:blank");

    /// <summary>Ends the browser that the tests have used.</summary>
    public void Dispose()
    {
        if (process is null)
        {
            if (Started.IsValueCreated && Started.Value.IsCompletedSuccessfully)
            {
                Started.Value.Result.Dispose();
            }

            return;
        }

        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(profile!, recursive: true);
    }

    /// <summary>Returns where the browser listens; the first call starts it.</summary>
    internal static async Task<Uri> GetAddress() => (await Started.Value).Address;

    private static async Task<BrowserProcess> Start()
    {
        string profile = Directory.CreateTempSubdirectory("math4ai-browser-").FullName;
        var start = new ProcessStartInfo(FilePath!) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string word in new[]
        {
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-extensions", "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
            "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows",
            "--disable-background-timer-throttling", "--remote-debugging-port=0", $"--user-data-dir={profile}",
            "about:blank",
        })
        {
            start.ArgumentList.Add(word);
        }

        var browser = new BrowserProcess(profile, Process.Start(start)!);
        browser.Address = await browser.ReadAddress();
        return browser;
    }

    private async Task<Uri> ReadAddress()
    {
        _ = process!.StandardOutput.ReadToEndAsync();
        const string Mark = "DevTools listening on ";
        string? line;
        do
        {
            line = await process.StandardError.ReadLineAsync()
                ?? throw new InvalidOperationException("Chromium ended before it could be reached.");
        }
        while (!line.StartsWith(Mark, StringComparison.Ordinal));
        _ = process.StandardError.ReadToEndAsync();
        return new Uri(line[Mark.Length..]);
    }
}
