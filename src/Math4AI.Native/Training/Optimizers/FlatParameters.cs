using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Math4AI.LinearAlgebra;
using TorchSharp.Modules;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace Math4AI.Training.Optimizers;

/// <summary>
/// The parameters of a module, moved onto one array, one after the other, so that an optimiser passes over them without a call of torch.
/// Their gradients stay where backward leaves them: it need not add them to what is there, and nobody needs to clear them. Filters of
/// convolutions lie channels last, as the processor wants them, and so do their gradients.
/// </summary>
internal sealed unsafe class FlatParameters
{
    /// <summary>Parameters begin at multiples of a vector.</summary>
    public const int Alignment = 16;

    private readonly Parameter[] parameters;
    private readonly Tensor?[] gradients;
    private readonly float*[] addresses;
    private float[]? own;

    /// <summary>Takes the parameters of a module over.</summary>
    /// <param name="module">The module, float32.</param>
    public FlatParameters(nn.Module module)
    {
        parameters = [.. module.parameters().Where(parameter => parameter.requires_grad)];
        gradients = new Tensor?[parameters.Length];
        addresses = new float*[parameters.Length];
        var segments = new Segment[parameters.Length];
        Values = new float[parameters.Sum(parameter => Padded((int)parameter.numel()))];
        Tensor flat = frombuffer(Values, ScalarType.Float32).DetachFromDisposeScope();
        int at = 0;
        using IDisposable mode = no_grad();
        for (int i = 0; i < parameters.Length; i++)
        {
            int count = (int)parameters[i].numel();
            using Tensor place = View(flat, at, parameters[i].shape);
            place.copy_(parameters[i]);
            parameters[i].set_(place);
            segments[i] = new Segment(at, count, parameters[i].Dimensions > 1);
            at += Padded(count);
        }

        Segments = segments;
        ReleaseGradients();
    }

    /// <summary>All values.</summary>
    public float[] Values { get; }

    /// <summary>Where each parameter lies.</summary>
    public IReadOnlyList<Segment> Segments { get; }

    /// <summary>The number of parameters.</summary>
    public int Count => Segments.Sum(segment => segment.Count);

    /// <summary>
    /// Where the gradient of a parameter lies, its elements in the order of the values; null where backward left none.
    /// </summary>
    public float* Gradient(int segment) => addresses[segment];

    /// <summary>The gradients are written here from now on, not by torch; they lie as the values do.</summary>
    public void KeepOwnGradients() => own = GC.AllocateArray<float>(Values.Length, pinned: true);

    /// <summary>
    /// Gets the gradients of a loss without leaving them anywhere, so that passes can run at once; null where a
    /// parameter has none.
    /// </summary>
    /// <param name="loss">The loss, one number.</param>
    public Tensor?[] GradientsOf(Tensor loss) =>
    [
        .. autograd.grad([loss], parameters, allow_unused: true)
            .Select(gradient => gradient is null || gradient.IsInvalid ? null : gradient.DetachFromDisposeScope()),
    ];

    /// <summary>
    /// Adds the gradients of passes to those that backward left, in the order of the passes, and disposes of them.
    /// </summary>
    /// <param name="passes">Of each pass, the gradient of each parameter.</param>
    public void AddGradients(IReadOnlyList<Tensor?[]> passes)
    {
        using IDisposable mode = no_grad();
        for (int i = 0; i < parameters.Length; i++)
        {
            Tensor? sum = parameters[i].grad;
            foreach (Tensor?[] pass in passes)
            {
                using Tensor? gradient = pass[i];
                if (gradient is not null && sum is null)
                {
                    // In the order of the parameter, and apart from what other gradients may share with this one.
                    sum = empty_like(parameters[i]).copy_(gradient);
                    parameters[i].grad = sum;
                }
                else if (gradient is not null)
                {
                    sum!.add_(gradient);
                }
            }

            sum?.Dispose();
        }
    }

    /// <summary>
    /// Adds to the gradients that are kept here what autograd left beside them, as of a loss that looks at the
    /// parameters too.
    /// </summary>
    public void AddWhatAutogradLeft()
    {
        for (int i = 0; i < parameters.Length; i++)
        {
            using Tensor? left = parameters[i].grad;
            if (left is not null)
            {
                using Tensor line = left.contiguous();
                Span<float> target = own.AsSpan(Segments[i].Start, Segments[i].Count);
                TensorPrimitives.Add(target, MemoryMarshal.Cast<byte, float>(line.bytes), target);
                parameters[i].grad = null;
            }
        }
    }

    /// <summary>Finds the gradients that backward left.</summary>
    public void FindGradients()
    {
        if (own is not null)
        {
            for (int i = 0; i < addresses.Length; i++)
            {
                addresses[i] = (float*)Unsafe.AsPointer(ref own[Segments[i].Start]);
            }

            return;
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            gradients[i] = parameters[i].grad;
            if (gradients[i] is { } gradient)
            {
                // Backward keeps to the strides of the parameter: both lie without gaps, in the same order.
                using Tensor? line = gradient.is_contiguous() ? null : gradient.as_strided([Segments[i].Count], [1L]);
                addresses[i] = (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference((line ?? gradient).bytes));
            }
        }
    }

    /// <summary>Lets the gradients go.</summary>
    public void ReleaseGradients()
    {
        if (own is not null)
        {
            return;
        }

        for (int i = 0; i < parameters.Length; i++)
        {
            parameters[i].grad = null;
            gradients[i]?.Dispose();
            gradients[i] = null;
            addresses[i] = null;
        }
    }

    private static Tensor View(Tensor flat, long at, long[] shape)
    {
        if (shape.Length != 4)
        {
            return flat.narrow(0, at, shape.Aggregate(1L, (a, b) => a * b)).view(shape);
        }

        (long channels, long height, long width) = (shape[1], shape[2], shape[3]);
        return flat.as_strided(shape, [height * width * channels, 1, width * channels, channels], at);
    }

    /// <summary>A number of elements, up to a whole vector.</summary>
    public static int Padded(int count) => (count + Alignment - 1) / Alignment * Alignment;

    /// <summary>A parameter's place.</summary>
    /// <param name="Start">Its first element.</param>
    /// <param name="Count">Its elements.</param>
    /// <param name="IsMatrix">Whether it has more than one dimension; biases and norms have one.</param>
    public readonly record struct Segment(int Start, int Count, bool IsMatrix);
}
