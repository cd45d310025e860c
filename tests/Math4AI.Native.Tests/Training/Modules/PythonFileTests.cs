using System.Globalization;
using Math4AI.Runtime;
using Math4AI.Training.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace Math4AI.Tests.Training.Modules;

/// <summary>Weights go to Python and come back, with every type of element.</summary>
[Collection(TorchGenerator.Name)]
public sealed class PythonFileTests : TemporaryFolder
{
    private const string Python = "/usr/bin/python3";

    private static readonly string Script = Path.Combine(
        Repository.Root, "tests", "Math4AI.Native.Tests", "Training", "Modules", "SafetensorsByHand.py");

    private static readonly double[] Numbers = [0.0, -0.0, 1.0, -2.5, 100.0, 1.0 / 3.0, 6e-8, double.PositiveInfinity];

    public PythonFileTests() => Assert.True(Compute.HasTensors);

    [Fact]
    public void Python_reads_the_numbers_of_every_type_and_what_it_writes_is_read_here()
    {
        Assert.SkipUnless(
            File.Exists(Python) && Repository.Run(Python, ["-c", "import numpy"]).Code == 0, "NumPy is not installed.");
        using DisposeScope scope = NewDisposeScope();
        Dictionary<string, Tensor> tensors = Tensors();
        nn.Module saved = Holding(tensors), loaded =
            Holding(tensors.ToDictionary(one => one.Key, one => zeros_like(one.Value)));
        ModuleFile.Save(saved, In("ours.safetensors"));
        Finished python = Repository.Run(Python, [Script, In("ours.safetensors"), In("theirs.safetensors")]);
        Assert.Equal((0, string.Empty), (python.Code, python.Errors));
        Assert.Equal(
            tensors.Select(one => Line(one.Key, one.Value)).Order(StringComparer.Ordinal),
            python.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));

        Assert.Empty(ModuleFile.Load(loaded, In("theirs.safetensors")).Converted);
        foreach ((string name, Tensor tensor) in tensors)
        {
            // Pairs that Python turned round as a whole have the imaginary part first.
            Tensor turned = tensor.numel() == 0 ? tensor : tensor.flatten().flip(0).view(tensor.shape);
            turned = name.StartsWith("complex128", StringComparison.Ordinal)
                ? view_as_complex(view_as_real(turned).flip(-1).contiguous())
                : turned;
            Assert.Equal(Line(name, turned), Line(name, loaded.get_buffer(name)!));
        }
    }

    private static Dictionary<string, Tensor> Tensors()
    {
        Tensor real =
            tensor(Numbers).view(2, 4), whole = tensor(Enumerable.Range(-4, 8).Select(i => (long)i).ToArray());
        var all = new Dictionary<string, Tensor>
        {
            ["bool"] = whole.gt(0),
            ["uint8"] = (whole + 250).to_type(ScalarType.Byte),
            ["int8"] = (whole * 32).to_type(ScalarType.Int8),
            ["int16"] = (whole * 8192).to_type(ScalarType.Int16).view(2, 2, 2),
            ["int32"] = (whole * (1 << 29)).to_type(ScalarType.Int32),
            ["int64"] = whole * (1L << 40),
            ["float16"] = real.to_type(ScalarType.Float16),
            ["bfloat16"] = real.to_type(ScalarType.BFloat16),
            ["float32"] = real.to_type(ScalarType.Float32),
            ["float64"] = real,
            ["complex64"] = complex(real.to_type(ScalarType.Float32), 1 - real.to_type(ScalarType.Float32)),
            ["complex128"] = complex(real, 1 - real),
            ["scalar"] = tensor(2.5f),
            ["empty"] = zeros(0, 3),
            ["transposed"] = real.to_type(ScalarType.Float32).t(),
            ["ünïcode \"name\""] = tensor(1.0f),
        };
        return all;
    }

    private static nn.Module Holding(Dictionary<string, Tensor> tensors) => new Net(
        (_, x) => x, [.. tensors.Select(one => (one.Key, (object)one.Value))]);

    /// <summary>What the script prints of an array.</summary>
    private static string Line(string name, Tensor tensor)
    {
        Tensor real = (tensor.is_complex() ? view_as_real(tensor) : tensor).contiguous();
        string type = real.dtype switch
        {
            ScalarType.Bool => "BOOL",
            ScalarType.Byte => "U8",
            ScalarType.Int8 => "I8",
            ScalarType.Int16 => "I16",
            ScalarType.Int32 => "I32",
            ScalarType.Int64 => "I64",
            ScalarType.Float16 => "F16",
            ScalarType.BFloat16 => "BF16",
            ScalarType.Float32 => "F32",
            _ => "F64",
        };
        IEnumerable<string> bits = real.to_type(ScalarType.Float64).flatten().data<double>().ToArray()
            .Select(value => BitConverter.DoubleToInt64Bits(value).ToString("x", CultureInfo.InvariantCulture));
        return $"{name}|{type}|{string.Join('x', real.shape)}|{string.Join(',', bits)}";
    }
}
