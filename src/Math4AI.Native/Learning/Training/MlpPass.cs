using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Math4AI.Interop.Mkl;
using static TorchSharp.torch;

namespace Math4AI.Learning;

/// <summary>
/// Forward and backward through an <see cref="Mlp"/> as the products that they are, by MKL, with biases and rectifiers in one pass beside
/// them: the network is small, and autograd's own work on each operation would take as long as the operations. The loss stays torch's:
/// it is given the outputs, and its backward ends there. (The loops are optimised at their first call, as are those of the optimisers.)
/// Y = X Wᵀ + b; ∂W = Gᵀ X, ∂b = Σ G, ∂X = G W where X &gt; 0.
/// </summary>
internal sealed unsafe class MlpPass
{
    private const int MostSizes = 8;

    private readonly FlatParameters parameters;
    private readonly int[] widths;
    private readonly float[][] activations;
    private readonly float[][] slopes;
    private readonly Dictionary<int, Tensor> outputs = [];
    private Tensor? given;
    private int rows;

    private MlpPass(Mlp module, FlatParameters parameters)
    {
        this.parameters = parameters;
        widths = [(int)module.Layers[0].weight.shape[1], .. module.Layers.Select(layer => (int)layer.weight.shape[0])];
        activations = new float[widths.Length][];
        slopes = new float[widths.Length][];
        parameters.KeepOwnGradients();
    }

    /// <summary>A pass for a module, where it is one that this can do, and MKL is there.</summary>
    public static MlpPass? For(nn.Module<Tensor, Tensor> module, FlatParameters parameters) =>
        Compute.HasMkl && module is Mlp mlp && parameters.Segments.Count == 2 * mlp.Layers.Count ? new MlpPass(mlp, parameters) : null;

    /// <summary>The outputs for some inputs, a leaf that wants a gradient. It holds until the next call.</summary>
    /// <param name="inputs">float32, rows × inputs.</param>
    public Tensor Forward(Tensor inputs)
    {
        (given, rows) = (inputs.is_contiguous() ? inputs : inputs.contiguous(), (int)inputs.shape[0]);
        Tensor result = Outputs();
        fixed (float* values = parameters.Values)
        {
            for (int layer = 0; layer + 1 < widths.Length; layer++)
            {
                int count = widths[layer], width = widths[layer + 1];
                float* x = Inputs(layer), y = Address(activations[layer + 1]);
                float* w = values + parameters.Segments[2 * layer].Start, b = values + parameters.Segments[2 * layer + 1].Start;

                // Rows of ours are columns of MKL's: Yᵀ = W Xᵀ.
                MklSingle.Gemm((byte)'T', (byte)'N', width, rows, count, 1.0f, w, count, x, count, 0.0f, y, width);
                bool isLast = layer + 2 == widths.Length;
                for (int row = 0; row < rows; row++)
                {
                    AddBias(y + (long)row * width, b, width, isLast ? float.NegativeInfinity : 0.0f);
                }
            }
        }

        return result;
    }

    /// <summary>Writes the gradients of all parameters, from that of the outputs of the last <see cref="Forward"/>.</summary>
    /// <param name="isFirst">Whether what was there is forgotten; otherwise it is added to.</param>
    public void Backward(bool isFirst)
    {
        using Tensor gradient = outputs[rows].grad!.contiguous();
        gradient.data<float>().CopyTo(slopes[^1].AsSpan(0, rows * widths[^1]));
        outputs[rows].grad = null;
        parameters.FindGradients();
        float kept = isFirst ? 0.0f : 1.0f;
        fixed (float* values = parameters.Values)
        {
            for (int layer = widths.Length - 2; layer >= 0; layer--)
            {
                int count = widths[layer], width = widths[layer + 1];
                float* x = Inputs(layer), g = Address(slopes[layer + 1]);
                MklSingle.Gemm(
                    (byte)'N', (byte)'T', count, width, rows, 1.0f, x, count, g, width, kept, parameters.Gradient(2 * layer), count);
                float* bias = parameters.Gradient(2 * layer + 1);
                if (isFirst)
                {
                    new Span<float>(bias, width).Clear();
                }

                for (int row = 0; row < rows; row++)
                {
                    AddBias(bias, g + (long)row * width, width, float.NegativeInfinity);
                }

                if (layer > 0)
                {
                    float* w = values + parameters.Segments[2 * layer].Start, before = Address(slopes[layer]);
                    MklSingle.Gemm((byte)'N', (byte)'N', count, rows, width, 1.0f, w, count, g, width, 0.0f, before, count);
                    ClearWhereOff(x, before, rows * count);
                }
            }
        }

        parameters.AddWhatAutogradLeft();
        given = null;
    }

    /// <summary>value = max(value + bias, least).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddBias(float* value, float* bias, int count, float least)
    {
        var leasts = Vector512.Create(least);
        int i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512.Max(Vector512.Load(value + i) + Vector512.Load(bias + i), leasts).Store(value + i);
        }

        for (; i < count; i++)
        {
            value[i] = Math.Max(value[i] + bias[i], least);
        }
    }

    /// <summary>slope = 0 where the rectifier gave 0. Without a branch: nobody could foretell it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void ClearWhereOff(float* value, float* slope, int count)
    {
        int i = 0;
        for (; i <= count - Vector512<float>.Count; i += Vector512<float>.Count)
        {
            Vector512<float> isOn = Vector512.GreaterThan(Vector512.Load(value + i), Vector512<float>.Zero);
            (Vector512.Load(slope + i) & isOn).Store(slope + i);
        }

        for (; i < count; i++)
        {
            slope[i] = value[i] > 0.0f ? slope[i] : 0.0f;
        }
    }

    /// <summary>The leaf that the outputs for so many rows lie in, with room for everything else.</summary>
    private Tensor Outputs()
    {
        for (int i = 1; i < widths.Length; i++)
        {
            if (activations[i] is null || activations[i].Length < rows * widths[i])
            {
                activations[i] = GC.AllocateArray<float>(checked(rows * widths[i]), pinned: true);
                slopes[i] = GC.AllocateArray<float>(rows * widths[i], pinned: true);
                outputs.Clear();
            }
        }

        if (!outputs.TryGetValue(rows, out Tensor? leaf))
        {
            if (outputs.Count == MostSizes)
            {
                outputs.Clear();
            }

            using Tensor all = frombuffer(activations[^1], ScalarType.Float32);
            using Tensor used = all.narrow(0, 0, rows * widths[^1]);
            leaf = used.view(rows, widths[^1]).DetachFromDisposeScope();
            leaf.requires_grad = true;
            outputs[rows] = leaf;
        }

        return leaf;
    }

    private float* Inputs(int layer) => layer > 0
        ? Address(activations[layer])
        : (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(given!.bytes));

    private static float* Address(float[] pinned) => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(pinned));
}
