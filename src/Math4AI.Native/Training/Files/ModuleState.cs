using Math4AI.Data.Arrays;
using Math4AI.Runtime;
using static TorchSharp.torch;

namespace Math4AI.Training.Files;

/// <summary>
/// A copy of all that a module has learnt and counted: its parameters and buffers, of every type, by torch's names.
/// </summary>
internal sealed class ModuleState : IDisposable
{
    private readonly Dictionary<string, Tensor> tensors;

    public ModuleState(Dictionary<string, Tensor> tensors) => this.tensors = tensors;

    /// <summary>Copies the state of a module.</summary>
    /// <param name="module">The module.</param>
    /// <param name="hasTransient">Whether buffers that are not saved with the module belong to it.</param>
    public static ModuleState Of(nn.Module module, bool hasTransient = true) => Of(TensorsOf(module, hasTransient));

    /// <summary>Copies the buffers of a module alone.</summary>
    public static ModuleState OfBuffers(nn.Module module) =>
        Of(module.named_buffers().Select(pair => (pair.name, pair.buffer)));

    /// <summary>
    /// Returns the parameters and buffers of a module by different names; one that has several has the first.
    /// </summary>
    public static IEnumerable<(string Name, Tensor Tensor)> TensorsOf(nn.Module module, bool hasTransient = true) =>
        ModuleFinalizers.Suppress(module).named_parameters().Select(pair => (pair.name, (Tensor)pair.parameter))
            .Concat(module.named_buffers(include_nonpersistent: hasTransient).Select(pair => (pair.name, pair.buffer)))
            .DistinctBy(one => one.name);

    /// <summary>Gives the state to a module, in the memory that its tensors have.</summary>
    public void WriteTo(nn.Module module)
    {
        using IDisposable mode = no_grad();
        foreach ((string name, Tensor tensor) in TensorsOf(module))
        {
            if (tensors.TryGetValue(name, out Tensor? saved))
            {
                using Tensor? complex = tensor.is_complex() && !saved.is_complex() ? view_as_complex(saved) : null;
                tensor.copy_(complex ?? saved);
            }
        }
    }

    /// <summary>Returns why a module cannot be given this state; null where it can.</summary>
    public string? DifferenceFrom(nn.Module module) => TensorsOf(module)
        .Where(one => !tensors.TryGetValue(one.Name, out Tensor? saved)
            || saved.numel() * (saved.is_complex() ? 2 : 1) != one.Tensor.numel() * (one.Tensor.is_complex() ? 2 : 1))
        .Select(one => $"'{one.Name}' is missing or has another shape").FirstOrDefault();

    /// <summary>Returns the state as arrays to be written.</summary>
    /// <param name="prefix">What stands before each name.</param>
    public IEnumerable<(string Name, RawArray Array)> Arrays(string prefix) =>
        tensors.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(
            pair => (prefix + pair.Key, TensorArrays.Of(pair.Value)));

    private static ModuleState Of(IEnumerable<(string Name, Tensor Tensor)> tensors)
    {
        using IDisposable mode = no_grad();
        return new ModuleState(tensors.ToDictionary(
            one => one.Name,
            one => empty(one.Tensor.shape, dtype: one.Tensor.dtype).copy_(one.Tensor).DetachFromDisposeScope()));
    }

    public void Dispose()
    {
        foreach (Tensor tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
