using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Math4AI.Data;
using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;

namespace Math4AI.Tests.Data;

public class NumberTypeTests : TemporaryFolder
{
    /// <summary>Numbers that each type holds exactly, its ends among them.</summary>
    public static TheoryData<string, double[]> Types => new()
    {
        { "|b1", [1, 0, 1, 1, 0, 0] },
        { "|i1", [-128, -1, 0, 1, 2, 127] },
        { "|u1", [0, 1, 2, 127, 128, 255] },
        { "i2", [-32768, -1, 0, 1, 256, 32767] },
        { "u2", [0, 1, 255, 256, 32768, 65535] },
        { "i4", [int.MinValue, -1, 0, 1, 65536, int.MaxValue] },
        { "u4", [0, 1, 65536, int.MaxValue, 2147483648, uint.MaxValue] },
        { "i8", [long.MinValue, -1, 0, 1, 4294967296, 9007199254740992] },
        { "u8", [0, 1, 4294967296, 9007199254740992, 9223372036854775808, 18446744073709549568] },
        { "f2", [-65504, 5.9604644775390625e-8, 0, 1, 0.333251953125, 65504] },
        { "f4", [-3.4028234663852886e38, 1.401298464324817e-45, 0, 1, 0.3333333432674408, 16777216] },
        { "f8", [double.MinValue, double.Epsilon, 0, 1, 1.0 / 3.0, double.MaxValue] },
    };

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_type_byte_order_and_dimension_order_gives_the_same_numbers(string type, double[] numbers)
    {
        double[] byColumns = [numbers[0], numbers[3], numbers[1], numbers[4], numbers[2], numbers[5]];
        foreach (string descr in type[0] == '|' ? [type] : new[] { "<" + type, ">" + type })
        {
            foreach (bool isFortran in new[] { false, true })
            {
                Write(In("x.npy"), descr, isFortran, [2, 3], isFortran ? byColumns : numbers);
                using (var source = new NpySource(In("x.npy")))
                {
                    double[] block = new double[6];
                    source.Read(0, 3, block);
                    Assert.Equal(numbers, block);
                    source.Read(1, 2, block);
                    Assert.Equal([numbers[1], numbers[2], numbers[4], numbers[5]], block[..4]);
                }

                Assert.Equal(numbers, MatrixFile.Read(In("x.npy")).ToRowMajorArray());
                Assert.Equal([numbers[2], numbers[5]], Table.Read(In("x.npy")).Numbers("c3"));
            }
        }
    }

    [Fact]
    public void Safetensors_are_read_in_every_type()
    {
        (string Type, byte[] Bytes)[] arrays =
        [
            ("BOOL", [0, 1]),
            ("I8", [0, 255]),
            ("U16", [0, 0, 1, 2]),
            ("I64", [0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255]),
            ("F16", [0, 0, 0x55, 0x35]),
            ("BF16", [0, 0, 0xC0, 0xBF]),
            ("F32", [0, 0, 0, 0, .. BitConverter.GetBytes(0.1f)]),
            ("F64", [0, 0, 0, 0, 0, 0, 0, 0, .. BitConverter.GetBytes(0.1)]),
        ];
        int at = 0;
        string header = "{" + string.Join(',', arrays.Select(array =>
        {
            int from = at;
            at += array.Bytes.Length;
            return $"\"{array.Type}\":{{\"dtype\":\"{array.Type}\",\"shape\":[2],\"data_offsets\":[{from},{at}]}}";
        })) + "}";
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(In("a.safetensors"),
            [.. length, .. Encoding.ASCII.GetBytes(header), .. arrays.SelectMany(array => array.Bytes)]);
        double[] expected = [1, -1, 513, -1, 0.333251953125, -1.5, 0.1f, 0.1];
        IReadOnlyDictionary<string, NamedArray> singles = Safetensors.Read(In("a.safetensors"));
        Table table = Table.Read(In("a.safetensors"));
        Assert.All(arrays.Zip(expected), pair =>
        {
            Assert.Equal([0.0f, (float)pair.Second], singles[pair.First.Type].Values);
            Assert.Equal([0.0, pair.Second], table.Numbers(pair.First.Type));
        });
        Assert.Equal(2, SampleFile.Open(In("a.safetensors")).Length);
    }

    /// <summary>Writes a <c>.npy</c> file whose numbers the type holds exactly.</summary>
    internal static void Write(string path, string descr, bool isFortran, long[] shape, double[] numbers) =>
        File.WriteAllBytes(path, Bytes(descr, isFortran, shape, numbers));

    internal static byte[] Bytes(string descr, bool isFortran, long[] shape, double[] numbers)
    {
        string text = $"{{'descr': '{descr}', 'fortran_order': {(isFortran ? "True" : "False")}, 'shape': "
            + $"({string.Join(", ", shape)},), }}";
        text = text.PadRight(117) + "\n";
        return
        [
            0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. Encoding.ASCII.GetBytes(text),
            .. numbers.SelectMany(number => Bytes(descr[1..], descr[0] == '>', number)),
        ];
    }

    private static byte[] Bytes(string type, bool isBig, double number)
    {
        byte[] bytes = type switch
        {
            "b1" or "u1" => [(byte)number],
            "i1" => [(byte)(sbyte)number],
            "i2" => Bits((short)number),
            "u2" => Bits((ushort)number),
            "i4" => Bits((int)number),
            "u4" => Bits((uint)number),
            "i8" => Bits((long)number),
            "u8" => Bits((ulong)number),
            "f2" => Bits((Half)number),
            "f4" => Bits((float)number),
            _ => Bits(number),
        };
        return isBig ? [.. bytes.Reverse()] : bytes;
    }

    private static byte[] Bits<T>(T number)
        where T : unmanaged, INumberBase<T> => MemoryMarshal.AsBytes(new ReadOnlySpan<T>(ref number)).ToArray();
}
