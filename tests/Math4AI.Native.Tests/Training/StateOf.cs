using System.Security.Cryptography;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training;

/// <summary>All that a module has learnt and counted, to be compared.</summary>
internal static class StateOf
{
    /// <summary>The parameters and buffers of floating point, one after the other by their names.</summary>
    public static IEnumerable<float> Floats(nn.Module module) =>
        Tensors(module).Where(one => one.Tensor.is_floating_point())
        .SelectMany(one => one.Tensor.detach().to_type(ScalarType.Float32).contiguous().data<float>().ToArray());

    /// <summary>The bits of each parameter and buffer, of any type.</summary>
    public static IReadOnlyDictionary<string, string> Bits(nn.Module module)
    {
        using DisposeScope scope = NewDisposeScope();
        return Tensors(module).ToDictionary(
            one => one.Name, one => one.Tensor.numel() == 0 ? "empty" : Hash(one.Tensor.detach()));
    }

    /// <summary>Shape, strides, type and address of each parameter and buffer.</summary>
    public static IReadOnlyDictionary<string, string> Layout(nn.Module module) => Tensors(module).ToDictionary(
        one => one.Name,
        one => $"{one.Tensor.dtype} ({string.Join(", ", one.Tensor.shape)}) by "
            + $"({string.Join(", ", one.Tensor.stride())}), gradient {one.Tensor.requires_grad}, {one.Tensor.Handle}");

    private static string Hash(Tensor tensor)
    {
        Tensor real = tensor.is_complex() ? view_as_real(tensor) : tensor;
        return Convert.ToHexString(SHA256.HashData(real.contiguous().clone().bytes))[..16];
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Tensors(nn.Module module) =>
        module.named_parameters().Select(one => (one.name, (Tensor)one.parameter))
            .Concat(module.named_buffers().Select(one => (one.name, one.buffer)))
            .DistinctBy(one => one.name).OrderBy(one => one.name, StringComparer.Ordinal);
}
