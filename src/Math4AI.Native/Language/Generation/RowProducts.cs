using System.Numerics;
using System.Runtime.CompilerServices;
using Math4AI.Runtime;

namespace Math4AI.Language.Generation;

/// <summary>
/// Products of rows with a matrix, y = x Wᵀ, whose bits do not depend on how many rows or threads take part: every
/// element is one sum in one order. So a text is the same alone or among others, read at once or symbol by symbol.
/// </summary>
internal static unsafe class RowProducts
{
    /// <summary>Multiplications that are worth another thread.</summary>
    private const long WorthAThread = 1 << 18;

    /// <summary>Rows of the matrix that share the loads of a row of x.</summary>
    private const int Together = 4;

    /// <summary>y = x Wᵀ, and added to what is there where that is wanted.</summary>
    /// <param name="x">rows × inputs.</param>
    /// <param name="w">outputs × inputs.</param>
    /// <param name="y">rows × outputs.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="inputs">The length of a row of x.</param>
    /// <param name="outputs">The length of a row of y.</param>
    /// <param name="isAdded">Whether y keeps what it has.</param>
    public static void Multiply(float* x, float* w, float* y, int rows, int inputs, int outputs, bool isAdded = false)
    {
        long threads = (long)rows * inputs * outputs / WorthAThread;
        int parts = (int)Math.Clamp(threads, 1, Team.Size);
        if (parts == 1)
        {
            Some(x, w, y, rows, inputs, outputs, 0, outputs, isAdded);
            return;
        }

        Team.Run(parts, part =>
        {
            (int first, int count) = Team.Part(outputs, part, parts, Together);
            Some(x, w, y, rows, inputs, outputs, first, first + count, isAdded);
        });
    }

    /// <summary>Returns the products of a row with some rows, whose beginnings lie a stride apart.</summary>
    /// <param name="x">The row.</param>
    /// <param name="w">The other rows.</param>
    /// <param name="y">As many numbers as there are other rows.</param>
    /// <param name="inputs">The length of the rows.</param>
    /// <param name="outputs">How many there are.</param>
    public static void Multiply(float* x, float* w, float* y, int inputs, int outputs) =>
        Some(x, w, y, 1, inputs, outputs, 0, outputs, isAdded: false);

    /// <summary>The outputs from first to end of all rows.</summary>
    private static void Some(
        float* x, float* w, float* y, int rows, int inputs, int outputs, int first, int end, bool isAdded)
    {
        int j = first;
        for (; j + Together <= end; j += Together)
        {
            int row = 0;
            for (; row + 2 <= rows; row += 2)
            {
                TwoByFour(
                    x + (long)row * inputs, w + (long)j * inputs, y + (long)row * outputs + j, inputs, outputs,
                    isAdded);
            }

            if (row < rows)
            {
                OneByFour(
                    x + (long)row * inputs, w + (long)j * inputs, y + (long)row * outputs + j, inputs, isAdded);
            }
        }

        for (; j < end; j++)
        {
            for (int row = 0; row < rows; row++)
            {
                float* target = y + (long)row * outputs + j;
                float sum = One(x + (long)row * inputs, w + (long)j * inputs, inputs);
                *target = isAdded ? *target + sum : sum;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoByFour(float* x, float* w, float* y, int inputs, int outputs, bool isAdded)
    {
        Vector<float> a0 = default, a1 = default, a2 = default, a3 = default,
            b0 = default, b1 = default, b2 = default, b3 = default;
        float* z = x + inputs, w1 = w + inputs, w2 = w1 + inputs, w3 = w2 + inputs;
        int i = 0;
        for (; i + Vector<float>.Count <= inputs; i += Vector<float>.Count)
        {
            Vector<float> first = Vector.Load(x + i), second = Vector.Load(z + i), weights = Vector.Load(w + i);
            a0 = Vector.FusedMultiplyAdd(first, weights, a0);
            b0 = Vector.FusedMultiplyAdd(second, weights, b0);
            weights = Vector.Load(w1 + i);
            a1 = Vector.FusedMultiplyAdd(first, weights, a1);
            b1 = Vector.FusedMultiplyAdd(second, weights, b1);
            weights = Vector.Load(w2 + i);
            a2 = Vector.FusedMultiplyAdd(first, weights, a2);
            b2 = Vector.FusedMultiplyAdd(second, weights, b2);
            weights = Vector.Load(w3 + i);
            a3 = Vector.FusedMultiplyAdd(first, weights, a3);
            b3 = Vector.FusedMultiplyAdd(second, weights, b3);
        }

        Put(y, Sum(a0, x, w, i, inputs), isAdded);
        Put(y + 1, Sum(a1, x, w1, i, inputs), isAdded);
        Put(y + 2, Sum(a2, x, w2, i, inputs), isAdded);
        Put(y + 3, Sum(a3, x, w3, i, inputs), isAdded);
        y += outputs;
        Put(y, Sum(b0, z, w, i, inputs), isAdded);
        Put(y + 1, Sum(b1, z, w1, i, inputs), isAdded);
        Put(y + 2, Sum(b2, z, w2, i, inputs), isAdded);
        Put(y + 3, Sum(b3, z, w3, i, inputs), isAdded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneByFour(float* x, float* w, float* y, int inputs, bool isAdded)
    {
        Vector<float> a0 = default, a1 = default, a2 = default, a3 = default;
        float* w1 = w + inputs, w2 = w1 + inputs, w3 = w2 + inputs;
        int i = 0;
        for (; i + Vector<float>.Count <= inputs; i += Vector<float>.Count)
        {
            Vector<float> first = Vector.Load(x + i);
            a0 = Vector.FusedMultiplyAdd(first, Vector.Load(w + i), a0);
            a1 = Vector.FusedMultiplyAdd(first, Vector.Load(w1 + i), a1);
            a2 = Vector.FusedMultiplyAdd(first, Vector.Load(w2 + i), a2);
            a3 = Vector.FusedMultiplyAdd(first, Vector.Load(w3 + i), a3);
        }

        Put(y, Sum(a0, x, w, i, inputs), isAdded);
        Put(y + 1, Sum(a1, x, w1, i, inputs), isAdded);
        Put(y + 2, Sum(a2, x, w2, i, inputs), isAdded);
        Put(y + 3, Sum(a3, x, w3, i, inputs), isAdded);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float One(float* x, float* w, int inputs)
    {
        Vector<float> sums = default;
        int i = 0;
        for (; i + Vector<float>.Count <= inputs; i += Vector<float>.Count)
        {
            sums = Vector.FusedMultiplyAdd(Vector.Load(x + i), Vector.Load(w + i), sums);
        }

        return Sum(sums, x, w, i, inputs);
    }

    /// <summary>The elements of a sum, and what is left behind the whole vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Sum(Vector<float> sums, float* x, float* w, int from, int inputs)
    {
        float sum = Vector.Sum(sums);
        for (; from < inputs; from++)
        {
            sum = MathF.FusedMultiplyAdd(x[from], w[from], sum);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(float* target, float value, bool isAdded) =>
        *target = isAdded ? *target + value : value;
}
