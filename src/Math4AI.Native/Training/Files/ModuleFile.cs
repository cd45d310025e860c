using Math4AI.Data;
using Math4AI.Data.Arrays;
using Math4AI.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training.Files;

/// <summary>What a file of weights gave to a module, by the names of parameters and buffers.</summary>
/// <param name="Loaded">Those that were loaded.</param>
/// <param name="Missing">Those of the module that the file does not have; they keep their values.</param>
/// <param name="Unexpected">Those of the file that the module does not have.</param>
/// <param name="Mismatched">Those of another shape, with both shapes; they keep their values.</param>
/// <param name="Converted">
/// Those of another type, with both types; they were loaded, rounded where that was necessary.
/// </param>
public sealed record LoadReport(
    IReadOnlyList<string> Loaded,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unexpected,
    IReadOnlyList<string> Mismatched,
    IReadOnlyList<string> Converted)
{
    /// <summary>Gets whether module and file have the same names and shapes.</summary>
    public bool IsComplete => Missing.Count + Unexpected.Count + Mismatched.Count == 0;

    /// <summary>Returns the report in words.</summary>
    public override string ToString()
    {
        string Part(string what, IReadOnlyList<string> names) => names.Count == 0
            ? string.Empty
            : $"; {what}: {string.Join(", ", names.Take(10))}"
                + (names.Count > 10 ? $" and {names.Count - 10} more" : string.Empty);
        return $"{Loaded.Count} loaded{Part("missing in the file", Missing)}{Part("not in the module", Unexpected)}"
            + $"{Part("of another shape", Mismatched)}{Part("of another type", Converted)}";
    }
}

/// <summary>
/// Saves and loads the parameters and buffers of any module by name: as safetensors, which Python's package of that
/// name reads, and in the format of TorchSharp's own <c>save</c> and <c>load</c>. Export to ONNX is not offered:
/// TorchSharp has no exporter.
/// </summary>
public static class ModuleFile
{
    /// <summary>
    /// Saves a module: as safetensors if the path ends in .safetensors, otherwise in the format of TorchSharp. The file
    /// is written whole or not at all.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="path">The file; it is replaced.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Save(nn.Module module, string path)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentException.ThrowIfNullOrEmpty(path);
        ModuleFinalizers.Suppress(module);
        bool isSafetensors = path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase);
        FileTransaction.WriteOne(path, replace: true, partial =>
        {
            if (isSafetensors)
            {
                Write(partial, module);
            }
            else
            {
                using FileStream file = File.Create(partial);
                using var writer = new BinaryWriter(file);
                using DisposeScope scope = NewDisposeScope();

                // TorchSharp saves no tensor whose elements lie in another order.
                nn.Module.save_state_dict(
                    writer, module.state_dict().ToDictionary(one => one.Key, one => one.Value.detach().contiguous()));
            }
        }, isDurable: true);
    }

    /// <summary>
    /// Loads a module from a file that <see cref="Save"/> or Python wrote, or from a checkpoint of a training, whose
    /// best weights it takes. The parameters keep their memory, type and strides.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="path">The file; its content says its format.</param>
    /// <param name="strict">Whether names and shapes must be the same; otherwise what fits is loaded.</param>
    /// <returns>What was loaded and what did not fit.</returns>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, or does not fit and <paramref name="strict"/> is true; nothing was loaded.
    /// </exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static LoadReport Load(nn.Module module, string path, bool strict = true)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentException.ThrowIfNullOrEmpty(path);
        using DisposeScope scope = NewDisposeScope();
        return Give(module, IsSafetensors(path) ? ReadArrays(path) : ReadTorchSharp(path), path, strict, _ => false);
    }

    /// <summary>Writes a module as safetensors.</summary>
    internal static void Write(string path, nn.Module module)
    {
        using ModuleState state = ModuleState.Of(module, hasTransient: false);
        Safetensors.Write(path, state.Arrays(string.Empty), new Dictionary<string, string> { ["format"] = "pt" });
    }

    /// <summary>Gives the arrays of a file to a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="arrays">The arrays by name.</param>
    /// <param name="path">The file, for messages.</param>
    /// <param name="strict">Whether names and shapes must be the same.</param>
    /// <param name="mayMiss">Tensors that may be missing even so.</param>
    internal static LoadReport Give(
        nn.Module module, IReadOnlyDictionary<string, Tensor> arrays, string path, bool strict,
        Predicate<Tensor> mayMiss)
    {
        using IDisposable mode = no_grad();
        var tensors = ModuleState.TensorsOf(module, hasTransient: false).ToList();
        bool Fits((string Name, Tensor Tensor) one) =>
            arrays.TryGetValue(one.Name, out Tensor? array) && array.shape.SequenceEqual(ShapeOf(one.Tensor));

        // A tensor that two layers share has two names in TorchSharp's format, and one here.
        HashSet<string> here = [.. tensors.Select(one => one.Name), .. module.state_dict().Keys];
        var report = new LoadReport(
            [.. tensors.Where(Fits).Select(one => one.Name)],
            [.. tensors.Where(one => !arrays.ContainsKey(one.Name) && !mayMiss(one.Tensor)).Select(one => one.Name)],
            [.. arrays.Keys.Where(name => !here.Contains(name)).Order(StringComparer.Ordinal)],
            [.. tensors.Where(one => arrays.ContainsKey(one.Name) && !Fits(one)).Select(one =>
                $"{one.Name} ({string.Join(", ", arrays[one.Name].shape)}) for "
                    + $"({string.Join(", ", ShapeOf(one.Tensor))})")],
            [.. tensors.Where(
                one => Fits(one) && !one.Tensor.is_complex() && arrays[one.Name].dtype != one.Tensor.dtype)
                .Select(one => $"{one.Name} {arrays[one.Name].dtype} to {one.Tensor.dtype}")]);
        if (strict && !report.IsComplete)
        {
            throw new InvalidDataException($"{path} does not fit the module: {report}.");
        }

        foreach ((string name, Tensor tensor) in tensors.Where(Fits))
        {
            tensor.copy_(tensor.is_complex() ? view_as_complex(arrays[name]) : arrays[name]);
        }

        return report;
    }

    /// <summary>
    /// Reads the arrays of a file of weights; of a checkpoint, the best weights, or the last where there is no best.
    /// </summary>
    internal static Dictionary<string, Tensor> ReadArrays(string path)
    {
        IReadOnlyDictionary<string, (string, long[], byte[])> arrays =
            Safetensors.ReadRaw(path, out IReadOnlyDictionary<string, string> header);
        string prefix = !header.ContainsKey(Checkpoint.Header) ? string.Empty
            : arrays.Keys.Any(name => name.StartsWith(Checkpoint.Best, StringComparison.Ordinal)) ? Checkpoint.Best
            : Checkpoint.Model;
        return arrays.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key[prefix.Length..], pair => TensorArrays.ToTensor(pair.Value));
    }

    private static long[] ShapeOf(Tensor tensor) => tensor.is_complex() ? [.. tensor.shape, 2L] : tensor.shape;

    /// <summary>
    /// A header's length is followed by a brace; TorchSharp's format begins with the number of its tensors.
    /// </summary>
    private static bool IsSafetensors(string path)
    {
        using FileStream file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[9];
        return file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start[8] == (byte)'{'
            && start[7] == 0;
    }

    private static Dictionary<string, Tensor> ReadTorchSharp(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using var reader = new BinaryReader(file);
            var tensors = new Dictionary<string, Tensor>();
            for (long left = reader.Read7BitEncodedInt64(); left > 0; left--)
            {
                tensors[reader.ReadString()] = TensorArrays.ReadTorchSharp(reader);
            }

            return tensors;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException
            or OverflowException)
        {
            throw new InvalidDataException(
                $"{path} holds no weights, neither as safetensors nor in the format of TorchSharp.", e);
        }
    }
}
