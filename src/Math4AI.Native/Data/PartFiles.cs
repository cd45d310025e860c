using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Math4AI.Data.Arrays;
using Math4AI.Processes;

namespace Math4AI.Data;

/// <summary>
/// A file of which each of several processes has a part, such as <c>part-{rank}.csv</c>: the lines or the samples of
/// the first process, then those of the second, and so on. Every process gets all of them as one file, and needs to see
/// its own part alone. <c>{rank}</c> stands for the number of the process, from 0; <c>{rank:000}</c> for three digits
/// of it.
/// </summary>
public sealed partial class PartFiles : IDisposable
{
    private const int Chunk = 1 << 24;
    private const int MaxLine = 1 << 20;
    private const float SingleEpsilon = 1.1920929e-7f;

    private readonly string folder;
    private readonly (string Name, long Lines, long Rows)[] parts;
    private readonly bool hasNames;

    private PartFiles(string folder, string pattern, (string Name, long Lines, long Rows)[] parts, bool hasNames)
    {
        (this.folder, this.parts, this.hasNames) = (folder, parts, hasNames);
        Path = System.IO.Path.Combine(folder, System.IO.Path.GetFileName(pattern));
    }

    /// <summary>
    /// Gets the file that has the lines or samples of all parts, until this object is disposed of.
    /// </summary>
    public string Path { get; }

    /// <summary>Returns whether a name stands for one file a process.</summary>
    /// <param name="name">The name of a file, as a user gives it.</param>
    public static bool IsPattern(string name) => Mark().IsMatch(name);

    /// <summary>Returns the name of the part of one process.</summary>
    /// <param name="pattern">A name with <c>{rank}</c> in it.</param>
    /// <param name="rank">The number of the process, from 0.</param>
    public static string NameOf(string pattern, int rank) => Mark().Replace(
        pattern, match => rank.ToString(
            match.Groups[1].Value is { Length: > 1 } digits ? digits[1..] : "0", CultureInfo.InvariantCulture));

    /// <summary>Joins the parts of all processes; each of them calls this.</summary>
    /// <param name="pattern">A name with <c>{rank}</c> in it.</param>
    /// <param name="processes">The processes.</param>
    /// <param name="hasNames">
    /// Whether the first line of each part has the names of columns, which must be the same in all of them.
    /// </param>
    /// <exception cref="ArgumentException">There is one process alone, or there are parts for more of them.</exception>
    /// <exception cref="IOException">
    /// A part cannot be read or is no text, or the names of the columns differ; the message says in which process.
    /// </exception>
    public static PartFiles Join(string pattern, ProcessGroup processes, bool hasNames)
    {
        string own = Own(pattern, processes);
        byte[] names = processes.Agree(() => Check(own, pattern, processes.Count, hasNames));
        if (hasNames)
        {
            processes.RequireSame("The line of names of the columns", Encoding.UTF8.GetString(names));
        }

        return Made(pattern, processes, hasNames, (joined, counts) =>
        {
            using FileStream all = processes.Agree(() => File.Create(joined.Path));
            for (int part = 0; part < processes.Count; part++)
            {
                int skipped = hasNames && part > 0 ? names.Length : 0;
                counts[part] = Append(all, NameOf(pattern, part), processes, part, skipped);
            }
        });
    }

    /// <summary>
    /// Joins samples of several channels, one part after the other in time, in an array of channels × samples; each
    /// process calls this.
    /// </summary>
    /// <param name="pattern">
    /// A name with <c>{rank}</c> in it, of files that <see cref="SampleFile.Open(string)"/> reads.
    /// </param>
    /// <param name="processes">The processes.</param>
    /// <exception cref="ArgumentException">There is one process alone, or there are parts for more of them.</exception>
    /// <exception cref="IOException">A part cannot be read, or the numbers of channels differ.</exception>
    public static PartFiles JoinSamples(string pattern, ProcessGroup processes)
    {
        string name = Own(pattern, processes);
        using ISampleFile file = processes.Agree(() =>
        {
            Check(name, pattern, processes.Count, hasNames: false);
            return SampleFile.Open(name);
        });
        processes.RequireSame("The number of channels", file.Channels.ToString(CultureInfo.InvariantCulture));
        double[][] of = processes.Distribute(
            processes.Count, _ => [file.Length, file.Epsilon < SingleEpsilon ? 1.0 : 0.0]);
        long[] lengths = [.. of.Select(part => (long)part[0])];
        return Made(System.IO.Path.ChangeExtension(pattern, ".npy"), processes, hasNames: false, (joined, counts) =>
        {
            using NpyWriter all = processes.Agree(() => new NpyWriter(
                joined.Path, file.Channels, lengths.Sum(), isDouble: of.Any(part => part[1] > 0.0)));
            long before = 0;
            for (int part = 0; part < processes.Count; part++)
            {
                ISampleFile? own = part == processes.Rank ? file : null;
                Append(all, own, file.Channels, before, lengths[part], processes, part);
                counts[part] = (System.IO.Path.GetFileName(NameOf(pattern, part)), 0, lengths[part]);
                before += lengths[part];
            }
        });
    }

    private static string Own(string pattern, ProcessGroup processes)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(processes);
        return processes.Count > 1 ? NameOf(pattern, processes.Rank) : throw new ArgumentException(
            $"{pattern} asks for one file for each process, and there is one process alone: start several by "
            + "mpirun -n N, or name one file.");
    }

    private static PartFiles Made(
        string pattern, ProcessGroup processes, bool hasNames,
        Action<PartFiles, (string Name, long Lines, long Rows)[]> write)
    {
        string folder = processes.Agree(() => Directory.CreateTempSubdirectory("math4ai-parts-").FullName);
        var counts = new (string Name, long Lines, long Rows)[processes.Count];
        var joined = new PartFiles(folder, pattern, counts, hasNames);
        try
        {
            write(joined, counts);
            return joined;
        }
        catch
        {
            joined.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Returns a message in which the first "line 12", "row 11" or "sample 11" of the joined file is followed by its
    /// place in the part that it came from.
    /// </summary>
    /// <param name="message">The message.</param>
    public string Locate(string message) => Place().Replace(message, match =>
    {
        bool isRow = !match.Groups[1].Value.Equals("line", StringComparison.OrdinalIgnoreCase);
        long number = long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
        for (int part = 0; part < parts.Length; part++)
        {
            long count = isRow ? parts[part].Rows - (hasNames && part == 0 ? 1 : 0) : parts[part].Lines;
            if (number <= count)
            {
                long there = isRow || part == 0 || !hasNames ? number : number + 1;
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{match.Value} ({match.Groups[1].Value.ToLowerInvariant()} {there} of {parts[part].Name})");
            }

            number -= count;
        }

        return match.Value;
    }, 1);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The first line of a part with its end; empty where it is not needed.</summary>
    private static byte[] Check(string own, string pattern, int count, bool hasNames)
    {
        if (!File.Exists(own))
        {
            throw new FileNotFoundException($"{own}, the part of this process, is not there.");
        }

        if (NameOf(pattern, count) is var next && File.Exists(next))
        {
            throw new ArgumentException(
                $"{next} is there as well, and {count} processes were started: start one for each part.");
        }

        if (!hasNames)
        {
            return [];
        }

        if (!DataFormat.Of(own).IsText)
        {
            throw new InvalidDataException(
                $"{own} is no text: parts of tables are texts, whose first line has the names of the columns.");
        }

        using FileStream file = File.OpenRead(own);
        byte[] start = new byte[(int)Math.Min(MaxLine, file.Length)];
        file.ReadExactly(start);
        int end = Array.IndexOf(start, (byte)'\n') + 1;
        return end > 0 && start[0] != (byte)'#'
            ? start[..end]
            : throw new InvalidDataException($"{own} does not begin with a line of names of its columns.");
    }

    /// <summary>Appends a part, which its process reads and the others get.</summary>
    private static (string Name, long Lines, long Rows) Append(
        FileStream all, string name, ProcessGroup processes, int part, int skipped)
    {
        bool isMine = part == processes.Rank;
        using FileStream? file = processes.Agree(() => isMine ? File.OpenRead(name) : null);
        byte[] length = BitConverter.GetBytes(file is null ? 0L : file.Length - skipped);
        processes.Broadcast(length, part);
        _ = file?.Seek(skipped, SeekOrigin.Begin);
        byte[] chunk = new byte[(int)Math.Min(Chunk, BitConverter.ToInt64(length))];
        var lines = new LineCount();
        for (long left = BitConverter.ToInt64(length); left > 0; left -= chunk.Length)
        {
            Span<byte> some = chunk.AsSpan(0, (int)Math.Min(chunk.Length, left));
            file?.ReadExactly(some);
            processes.Broadcast(some, part);
            lines.Add(some);
            all.Write(some);
        }

        if (!lines.IsAtEnd)
        {
            lines.Add("\n"u8);
            all.Write("\n"u8);
        }

        return (System.IO.Path.GetFileName(name), lines.Lines, lines.Rows);
    }

    /// <summary>Appends the samples of a part, which its process reads and the others get.</summary>
    private static void Append(
        NpyWriter all, ISampleFile? file, int channels, long before, long length, ProcessGroup processes, int part)
    {
        double[] block = new double[Math.Min(length, Math.Max(1, Chunk / sizeof(double) / channels)) * channels];
        for (long start = 0; start < length; start += block.Length / channels)
        {
            int count = (int)Math.Min(block.Length / channels, length - start);
            Span<double> some = block.AsSpan(0, count * channels);
            file?.Read(start, count, some);
            processes.Broadcast(MemoryMarshal.AsBytes(some), part);
            all.Write(before + start, count, some);
        }
    }

    [GeneratedRegex(@"\{rank(:0+)?\}")]
    private static partial Regex Mark();

    [GeneratedRegex(@"\b([Rr]ow|[Ll]ine|[Ss]ample) (\d+)\b")]
    private static partial Regex Place();

    /// <summary>Counts lines, and rows: lines with something in them that do not end inside of quotes.</summary>
    private sealed class LineCount
    {
        private bool isQuoted;
        private bool isEmpty = true;

        public long Lines { get; private set; }

        public long Rows { get; private set; }

        public bool IsAtEnd { get; private set; } = true;

        public void Add(ReadOnlySpan<byte> bytes)
        {
            foreach (byte each in bytes)
            {
                IsAtEnd = each == (byte)'\n';
                isQuoted ^= each == (byte)'"';
                if (IsAtEnd)
                {
                    Lines++;
                    Rows += isEmpty || isQuoted ? 0 : 1;
                }

                isEmpty = (IsAtEnd && !isQuoted) || (isEmpty && each is (byte)'\r' or (byte)'\n');
            }
        }
    }
}
