using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Math4AI.Learning;

/// <summary>
/// The parameters of a module, and their gradients, moved onto two arrays, one after the other: backward adds into them, and an
/// optimiser passes over them without a call of torch. Filters of convolutions lie channels last, as the processor wants them.
/// </summary>
internal sealed class FlatParameters
{
    /// <summary>Parameters begin at multiples of a vector.</summary>
    public const int Alignment = 16;

    private readonly Tensor valueTensor;
    private readonly Tensor gradientTensor;

    /// <summary>Takes the parameters of a module over.</summary>
    /// <param name="module">The module, float32.</param>
    public FlatParameters(nn.Module module)
    {
        var segments = new List<Segment>();
        Parameter[] parameters = [.. module.parameters().Where(parameter => parameter.requires_grad)];
        int total = parameters.Sum(parameter => Padded((int)parameter.numel()));
        (Values, Gradients) = (new float[total], new float[total]);
        valueTensor = frombuffer(Values, ScalarType.Float32).DetachFromDisposeScope();
        gradientTensor = frombuffer(Gradients, ScalarType.Float32).DetachFromDisposeScope();
        int at = 0;
        using IDisposable mode = no_grad();
        foreach (Parameter parameter in parameters)
        {
            int count = (int)parameter.numel();
            using Tensor place = View(valueTensor, at, parameter.shape);
            place.copy_(parameter);
            parameter.set_(place);
            using Tensor gradient = View(gradientTensor, at, parameter.shape);
            parameter.grad = gradient;
            segments.Add(new Segment(at, count, Padded(count), parameter.Dimensions > 1));
            at += Padded(count);
        }

        Segments = segments;
    }

    /// <summary>All values.</summary>
    public float[] Values { get; }

    /// <summary>All gradients.</summary>
    public float[] Gradients { get; }

    /// <summary>Where each parameter lies.</summary>
    public IReadOnlyList<Segment> Segments { get; }

    /// <summary>The number of parameters.</summary>
    public int Count => Segments.Sum(segment => segment.Count);

    private static Tensor View(Tensor flat, long at, long[] shape)
    {
        if (shape.Length != 4)
        {
            return flat.narrow(0, at, shape.Aggregate(1L, (a, b) => a * b)).view(shape);
        }

        (long channels, long height, long width) = (shape[1], shape[2], shape[3]);
        return flat.as_strided(shape, [height * width * channels, 1, width * channels, channels], at);
    }

    private static int Padded(int count) => (count + Alignment - 1) / Alignment * Alignment;

    /// <summary>A parameter's place.</summary>
    /// <param name="Start">Its first element.</param>
    /// <param name="Count">Its elements.</param>
    /// <param name="Padded">With those up to the next parameter.</param>
    /// <param name="IsMatrix">Whether it has more than one dimension; biases and norms have one.</param>
    public readonly record struct Segment(int Start, int Count, int Padded, bool IsMatrix);
}
