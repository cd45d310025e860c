using Math4AI.Data.Arrays;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Training.Files;

/// <summary>
/// The parameters of a module, and what its norms have measured, as arrays by torch's names, and back.
/// </summary>
internal static class ModuleWeights
{
    /// <summary>All of them.</summary>
    public static SortedDictionary<string, NamedArray> Read(nn.Module module)
    {
        using DisposeScope scope = NewDisposeScope();
        var arrays = new SortedDictionary<string, NamedArray>(StringComparer.Ordinal);
        foreach ((string name, Tensor tensor) in Tensors(module))
        {
            arrays[name] = new NamedArray(tensor.shape, tensor.detach().contiguous().data<float>().ToArray());
        }

        return arrays;
    }

    /// <summary>Sets all of them.</summary>
    /// <param name="module">The module.</param>
    /// <param name="arrays">Arrays by name.</param>
    /// <param name="prefix">What stands before each name.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="InvalidDataException">An array is missing, or has another shape.</exception>
    public static void Write(nn.Module module, IReadOnlyDictionary<string, NamedArray> arrays, string prefix, string path)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable mode = no_grad();
        var tensors = Tensors(module).ToList();
        foreach ((string name, Tensor tensor) in tensors)
        {
            if (!arrays.TryGetValue(prefix + name, out NamedArray? array) || !array.Shape.SequenceEqual(tensor.shape))
            {
                throw new InvalidDataException($"{path} belongs to another model: '{name}' is missing or has another shape.");
            }

            tensor.copy_(torch.tensor(array.Values).reshape(tensor.shape));
        }

        int count = arrays.Keys.Count(name => name.StartsWith(prefix, StringComparison.Ordinal));
        if (count != tensors.Count)
        {
            throw new InvalidDataException($"{path} belongs to another model: it has {count} arrays, and {tensors.Count} are needed.");
        }
    }

    // Norms count their batches too, in whole numbers, and never use the count with the momentum that they have here.
    private static IEnumerable<(string Name, Tensor Tensor)> Tensors(nn.Module module) =>
        module.named_parameters().Select(pair => (pair.name, (Tensor)pair.parameter))
            .Concat(module.named_buffers().Where(pair => pair.buffer.dtype == ScalarType.Float32));
}
