using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Math4AI.Runtime;

namespace Math4AI.Language.Generation;

/// <summary>
/// Products of rows of float32 with a matrix of bytes, y = x Wᵀ, in float32: what is read from memory is a quarter. As
/// in <see cref="RowProducts"/>, the bits do not depend on how many rows or threads take part.
/// </summary>
internal static unsafe class Int8Products
{
    /// <summary>Multiplications that are worth another thread.</summary>
    private const long WorthAThread = 1 << 18;

    /// <summary>Rows of the matrix that share the loads of a row of x.</summary>
    private const int Together = 4;

    /// <summary>Rows of x from which on bytes are converted once for all of them, and no longer for each.</summary>
    private const int ManyRows = 4;

    /// <summary>y = x Wᵀ, and added to what is there where that is wanted.</summary>
    /// <param name="x">rows × inputs.</param>
    /// <param name="w">outputs × inputs.</param>
    /// <param name="y">rows × outputs.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="isAdded">Whether y keeps what it has.</param>
    public static void Multiply(float* x, Int8Rows w, float* y, int rows, bool isAdded)
    {
        int parts = (int)Math.Clamp((long)rows * w.Inputs * w.Outputs / WorthAThread, 1, Team.Size);
        if (parts == 1)
        {
            Some(x, w, y, rows, 0, w.Outputs, isAdded);
            return;
        }

        Team.Run(parts, part =>
        {
            (int first, int count) = Team.Part(w.Outputs, part, parts, Together);
            Some(x, w, y, rows, first, first + count, isAdded);
        });
    }

    private static void Some(float* x, Int8Rows w, float* y, int rows, int first, int end, bool isAdded)
    {
        float* sums = stackalloc float[Together];
        float[] room = rows >= ManyRows ? ArrayPool<float>.Shared.Rent(Together * w.Inputs) : [];
        fixed (float* converted = room)
        {
            for (int j = first; j < end; j += Together)
            {
                int count = Math.Min(Together, end - j);
                if (rows >= ManyRows && count == Together)
                {
                    Convert(w.Numbers + (long)j * w.Inputs, converted, Together * w.Inputs);
                }

                for (int row = 0; row < rows; row++)
                {
                    float* from = x + (long)row * w.Inputs, target = y + (long)row * w.Outputs + j;
                    Products(from, w, j, count, rows >= ManyRows ? converted : null, sums);
                    for (int k = 0; k < count; k++)
                    {
                        target[k] = isAdded ? target[k] + sums[k] : sums[k];
                    }
                }
            }
        }

        if (room.Length > 0)
        {
            ArrayPool<float>.Shared.Return(room);
        }
    }

    /// <summary>The products of a row of x with some rows of the matrix, whichever way with the same bits.</summary>
    private static void Products(float* x, Int8Rows w, int j, int count, float* converted, float* sums)
    {
        float* scales = w.Scales + (long)j * w.Groups;
        if (count < Together)
        {
            for (int k = 0; k < count; k++)
            {
                sums[k] = One(x, w, j + k);
            }
        }
        else if (converted != null)
        {
            Four(x, converted, scales, w.Inputs, w.Groups, sums);
        }
        else
        {
            Four(x, w.Numbers + (long)j * w.Inputs, scales, w.Inputs, w.Groups, sums);
        }
    }

    private static void Convert(sbyte* from, float* to, int count)
    {
        int i = 0;
        for (; i <= count - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            Widened(from + i).Store(to + i);
        }

        for (; i < count; i++)
        {
            to[i] = from[i];
        }
    }

    /// <summary>The products of a row of x with four rows of bytes, or of floats that were bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four<T>(float* x, T* q0, float* s0, int inputs, int groups, float* sums)
        where T : unmanaged
    {
        T* q1 = q0 + inputs, q2 = q1 + inputs, q3 = q2 + inputs;
        float* s1 = s0 + groups, s2 = s1 + groups, s3 = s2 + groups;
        Vector256<float> a0 = default, a1 = default, a2 = default, a3 = default;
        int vectors = inputs / Vector256<float>.Count * Vector256<float>.Count;
        for (int g = 0, i = 0; g < groups && i < vectors; g++)
        {
            FetchNext(q0 + i, inputs);
            Vector256<float> p0 = default, p1 = default, p2 = default, p3 = default;
            for (int end = Math.Min(vectors, i + Int8Rows.Group); i < end; i += Vector256<float>.Count)
            {
                Vector256<float> value = Vector256.Load(x + i);
                p0 = Vector256.FusedMultiplyAdd(value, Widened(q0 + i), p0);
                p1 = Vector256.FusedMultiplyAdd(value, Widened(q1 + i), p1);
                p2 = Vector256.FusedMultiplyAdd(value, Widened(q2 + i), p2);
                p3 = Vector256.FusedMultiplyAdd(value, Widened(q3 + i), p3);
            }

            a0 = Vector256.FusedMultiplyAdd(p0, Vector256.Create(s0[g]), a0);
            a1 = Vector256.FusedMultiplyAdd(p1, Vector256.Create(s1[g]), a1);
            a2 = Vector256.FusedMultiplyAdd(p2, Vector256.Create(s2[g]), a2);
            a3 = Vector256.FusedMultiplyAdd(p3, Vector256.Create(s3[g]), a3);
        }

        sums[0] = Vector256.Sum(a0) + Rest(x, q0, s0, vectors, inputs);
        sums[1] = Vector256.Sum(a1) + Rest(x, q1, s1, vectors, inputs);
        sums[2] = Vector256.Sum(a2) + Rest(x, q2, s2, vectors, inputs);
        sums[3] = Vector256.Sum(a3) + Rest(x, q3, s3, vectors, inputs);
    }

    /// <summary>
    /// Asks for the bytes of the next four rows: rows are so short that the processor does not see them coming.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchNext<T>(T* q, int inputs)
        where T : unmanaged
    {
        if (Sse.IsSupported && typeof(T) == typeof(sbyte))
        {
            Sse.Prefetch0(q + (long)Together * inputs);
            Sse.Prefetch0(q + (long)(Together + 1) * inputs);
            Sse.Prefetch0(q + (long)(Together + 2) * inputs);
            Sse.Prefetch0(q + (long)(Together + 3) * inputs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float One(float* x, Int8Rows w, int j)
    {
        int inputs = w.Inputs, groups = w.Groups, vectors = inputs / Vector256<float>.Count * Vector256<float>.Count;
        sbyte* q = w.Numbers + (long)j * inputs;
        float* s = w.Scales + (long)j * groups;
        Vector256<float> sum = default;
        for (int g = 0, i = 0; g < groups && i < vectors; g++)
        {
            Vector256<float> part = default;
            for (int end = Math.Min(vectors, i + Int8Rows.Group); i < end; i += Vector256<float>.Count)
            {
                part = Vector256.FusedMultiplyAdd(Vector256.Load(x + i), Widened(q + i), part);
            }

            sum = Vector256.FusedMultiplyAdd(part, Vector256.Create(s[g]), sum);
        }

        return Vector256.Sum(sum) + Rest(x, q, s, vectors, inputs);
    }

    private static float Rest<T>(float* x, T* q, float* s, int first, int inputs)
        where T : unmanaged
    {
        float sum = 0.0f;
        for (int i = first; i < inputs; i++)
        {
            float number = typeof(T) == typeof(float) ? ((float*)q)[i] : ((sbyte*)q)[i];
            sum = MathF.FusedMultiplyAdd(x[i], s[i / Int8Rows.Group] * number, sum);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Widened<T>(T* numbers)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float))
        {
            return Vector256.Load((float*)numbers);
        }

        var q = (sbyte*)numbers;
        return Avx2.IsSupported
            ? Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(q))
            : Vector256.Create((float)q[0], q[1], q[2], q[3], q[4], q[5], q[6], q[7]);
    }
}
