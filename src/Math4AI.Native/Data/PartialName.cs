using System.Diagnostics;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.RegularExpressions;

namespace Math4AI.Data;

/// <summary>
/// The hidden name of a file that is being written: <c>.NAME.OWNER.partial</c>. The owner is the process, so that what
/// a killed process has left can be told from what another process is writing.
/// </summary>
internal static partial class PartialName
{
    private static readonly string Owner = OwnerOf(Environment.ProcessId)!;
    private static readonly string Machine = MachineName();
    private static int count;

    /// <summary>Returns a new hidden name for a file, in its folder.</summary>
    public static string For(string path)
    {
        string name = $".{Path.GetFileName(path)}.{Owner}{Machine}{Interlocked.Increment(ref count):x8}.partial";
        return Path.Combine(Path.GetDirectoryName(path)!, name);
    }

    /// <summary>Returns whether a path is a hidden name, or a text contains one.</summary>
    public static bool IsIn(string text) => Hidden().IsMatch(text);

    /// <summary>Replaces hidden names by the final ones.</summary>
    public static string WithFinalNames(string text) => Hidden().Replace(text, "$1");

    /// <summary>Returns whether the process that wrote a hidden file has ended, as far as can be known here.</summary>
    public static bool IsAbandoned(string path)
    {
        Match match = Hidden().Match(Path.GetFileName(path));
        string owner = match.Groups[2].Value;
        return match.Success && owner[16..24] == Machine
            && OwnerOf(int.Parse(owner[..8], NumberStyles.HexNumber, CultureInfo.InvariantCulture)) != owner[..16];
    }

    /// <summary>A process and when it began, in 16 digits; null where there is none with this number.</summary>
    private static string? OwnerOf(int process)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using Process found = Process.GetProcessById(process);
                return $"{process:x8}{0:x8}";
            }

            // The name of the program, in parentheses, may contain spaces; the start is the 20th word after it.
            string status = File.ReadAllText($"/proc/{process}/stat");
            string start = status[(status.LastIndexOf(')') + 2)..].Split(' ')[19];
            return $"{process:x8}{(uint)ulong.Parse(start, CultureInfo.InvariantCulture):x8}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Eight digits for what numbers its processes: a machine, or a container on it.</summary>
    private static string MachineName()
    {
        string space = OperatingSystem.IsLinux() ? new FileInfo("/proc/self/ns/pid").LinkTarget ?? "" : "";
        string id = File.Exists("/etc/machine-id") ? File.ReadAllText("/etc/machine-id") : "";
        string all = $"{Environment.MachineName} {space} {id}";
        return XxHash32.HashToUInt32(Encoding.UTF8.GetBytes(all)).ToString("x8", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\.([^/\\]+)\.([0-9a-f]{32})\.partial")]
    private static partial Regex Hidden();
}
